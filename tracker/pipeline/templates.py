"""Six pipelines to start from; a workspace gets copies that are its own."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StageTemplate:
    """A column to start from: after how many idle days it rots, and what must be done in it."""

    name: str
    rot_days: int
    exit_criteria: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PipelineTemplate:
    """A pipeline to start from."""

    name: str
    stages: tuple[StageTemplate, ...]
    lost_reasons: tuple[str, ...]


def _stage(name: str, rot_days: int, *exit_criteria: str) -> StageTemplate:
    return StageTemplate(name=name, rot_days=rot_days, exit_criteria=exit_criteria)


_USUAL = ("Price", "Timing", "No answer", "Decision-maker refused", "Chose a competitor")

TEMPLATES: Mapping[str, PipelineTemplate] = {
    "saas": PipelineTemplate(
        name="SaaS demo",
        stages=(
            _stage("Demo scheduled", 7, "A date is agreed", "We know who will attend"),
            _stage("Demo held", 10, "Their problem is written down", "A decision-maker saw it"),
            _stage("Trial", 21, "Success criteria are agreed", "Data is in"),
            _stage("Proposal", 14, "Price and term are sent", "Sign-off path is known"),
            _stage("Contract", 14, "Legal has answered"),
        ),
        lost_reasons=(*_USUAL, "Missing feature"),
    ),
    "services": PipelineTemplate(
        name="Professional services",
        stages=(
            _stage("Discovery call", 7, "Need and budget are known"),
            _stage("Scoping", 14, "Scope is agreed in writing"),
            _stage("Proposal", 14, "Proposal was presented, not only sent"),
            _stage("Negotiation", 14, "Terms are agreed"),
        ),
        lost_reasons=(*_USUAL, "Done in house"),
    ),
    "agency": PipelineTemplate(
        name="Agency",
        stages=(
            _stage("Brief received", 5, "Brief is complete", "Conflict of interest is checked"),
            _stage("Chemistry meeting", 10, "Both teams have met"),
            _stage("Pitch", 21, "Pitch was held"),
            _stage("Estimate", 14, "Estimate is accepted"),
        ),
        lost_reasons=(*_USUAL, "Pitch not convincing"),
    ),
    "manufacturing": PipelineTemplate(
        name="Manufacturing",
        stages=(
            _stage("Inquiry", 7, "Drawing or sample is here"),
            _stage("Feasibility", 14, "Engineering has said yes"),
            _stage("Quotation", 21, "Quotation is sent"),
            _stage("Sample", 45, "Sample is approved"),
            _stage("Order terms", 21, "Volume and delivery are agreed"),
        ),
        lost_reasons=(*_USUAL, "Not feasible"),
    ),
    "real_estate": PipelineTemplate(
        name="Real estate",
        stages=(
            _stage("Needs assessed", 7, "Budget and area are known"),
            _stage("Viewing", 14, "At least one viewing was held"),
            _stage("Offer", 7, "Offer is in writing"),
            _stage("Financing", 30, "Bank has confirmed"),
            _stage("Closing", 30, "Date with the notary is set"),
        ),
        lost_reasons=(*_USUAL, "Financing refused"),
    ),
    "education": PipelineTemplate(
        name="Education",
        stages=(
            _stage("Information meeting", 14, "Programme is chosen"),
            _stage("Application", 30, "Application is complete"),
            _stage("Interview", 14, "Interview was held"),
            _stage("Admission offer", 21, "Offer is sent"),
        ),
        lost_reasons=(*_USUAL, "Requirements not met"),
    ),
}
DEFAULT = "saas"
