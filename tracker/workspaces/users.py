"""Users: who may log in, and what they are in their workspace."""

from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.errors import Conflict, Invalid, NotFound
from tracker.workspaces import audit, sessions
from tracker.workspaces.audit import AuditAction, By
from tracker.workspaces.domain import Role, clean_email
from tracker.workspaces.models import Membership, User

TAKEN = "somebody has an account with this e-mail already"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewUser:
    """Somebody who is to log in; the password was hashed before anything was written."""

    email: str
    name: str
    role: Role
    password_hash: str
    has_initial_password: bool = False


def add(session: Session, new: NewUser, *, by: By) -> Membership:
    """Add a user to a workspace; an address that is taken raises Conflict."""
    email, name = clean_email(new.email), _name(new.name)
    if find(session, email) is not None:
        raise Conflict(TAKEN)
    user = User(
        email=email,
        name=name,
        password_hash=new.password_hash,
        has_initial_password=new.has_initial_password,
        created_at=by.now,
    )
    session.add(user)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(TAKEN) from error
    membership = Membership(workspace_id=by.workspace_id, user_id=user.id, role=new.role)
    membership.user = user
    session.add(membership)
    audit.write(session, AuditAction.USER_ADDED, email, by=by, detail=new.role)
    return membership


def exist(session: Session) -> bool:
    """Return whether anybody can log in at all."""
    return session.scalar(select(User.id).limit(1)) is not None


def be_first(session: Session) -> None:
    """Make sure that nobody is here yet, and that nobody else finds so at the same time."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE app_user IN SHARE ROW EXCLUSIVE MODE"))
    if exist(session):
        raise NotFound("this house has an owner already")


def find(session: Session, email: str) -> User | None:
    """Return the user with an address."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def find_membership(session: Session, user_id: int) -> Membership | None:
    """Return where a user works; whoever works in several places starts in the oldest."""
    query = select(Membership).where(Membership.user_id == user_id).order_by(Membership.id)
    return session.scalars(query.limit(1)).first()


def get(session: Session, workspace_id: int, code: str) -> Membership:
    """Return the member of a workspace with a code."""
    query = select(Membership).join(User, User.id == Membership.user_id)
    found = session.scalar(query.where(Membership.workspace_id == workspace_id, User.code == code))
    if found is None:
        raise NotFound("there is no such user")
    return found


def members(session: Session, workspace_id: int) -> list[Membership]:
    """Return everybody in a workspace by name, those who are disabled last."""
    query = (
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .where(Membership.workspace_id == workspace_id)
    )
    order = (User.disabled_at.is_not(None), func.lower(User.name), User.id)
    return list(session.scalars(query.order_by(*order)))


def change_role(session: Session, member: Membership, role: Role, *, by: By) -> None:
    """Give somebody another role; they log in anew to have it."""
    if member.role == role:
        return
    _keep_an_owner(session, member)
    detail = f"{member.role} → {role}"
    member.role = role
    sessions.end_all(session, member.user_id)
    audit.write(session, AuditAction.USER_ROLE_CHANGED, member.user.email, by=by, detail=detail)


def disable(session: Session, member: Membership, *, by: By) -> None:
    """Shut somebody out at once; what they did stays."""
    if member.user.disabled_at is not None:
        return
    _keep_an_owner(session, member)
    member.user.disabled_at = by.now
    sessions.end_all(session, member.user_id)
    audit.write(session, AuditAction.USER_DISABLED, member.user.email, by=by)


def enable(session: Session, member: Membership, *, by: By) -> None:
    """Let somebody in again."""
    if member.user.disabled_at is None:
        return
    member.user.disabled_at = None
    audit.write(session, AuditAction.USER_ENABLED, member.user.email, by=by)


def change_password(session: Session, user: User, password_hash: str, *, by: By) -> None:
    """Keep a new password; every browser has to log in anew."""
    user.password_hash = password_hash
    user.has_initial_password = by.user_id != user.id
    sessions.end_all(session, user.id)
    is_own = by.user_id == user.id
    action = AuditAction.USER_PASSWORD_CHANGED if is_own else AuditAction.USER_PASSWORD_RESET
    audit.write(session, action, user.email, by=by)


def _keep_an_owner(session: Session, member: Membership) -> None:
    if member.role is not Role.OWNER or member.user.disabled_at is not None:
        return
    owners = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.workspace_id == member.workspace_id, Membership.role == Role.OWNER)
        .where(User.disabled_at.is_(None))
        .with_for_update(of=Membership)
    )
    if len(session.scalars(owners).all()) < 2:
        raise Conflict("a workspace has at least one owner")


def _name(name: str) -> str:
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= 120 or not clean.isprintable():
        raise Invalid("a name has 1 to 120 characters", fields={"name": "1 to 120 characters"})
    return clean
