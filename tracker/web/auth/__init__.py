"""Who is there: logging in and out, the first owner, one own password."""
