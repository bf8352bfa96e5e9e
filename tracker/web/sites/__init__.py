"""The screen that gives out snippets and shows what arrives."""
