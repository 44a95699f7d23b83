"""The slots that a finished or abandoned form leaves behind: Rasa keeps them, so they are cleared by name."""

FORM_SLOTS = (
    "pending",
    "gave_up",
    "channel_form",
    "consent",
    "contact_name",
    "contact",
    "contact_tries",
    "matter",
    "kind",
    "appointment",
    "reply_needed",
    "ticket",
    "follow_up",
    "words",
    "ticket_number",
    "ticket_phone",
    "status_tries",
)

PERSONAL_SLOTS = ("contact_name", "contact", "ticket_phone")
"""Those that hold references to personal data."""
