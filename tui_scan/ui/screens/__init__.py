"""Whole pages and dialogs."""
