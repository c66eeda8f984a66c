"""What people say about the brand, and how the brand answers: from single messages to an answer.

==================  ============================================================================
talk                messages and reactions, from events; as rows that are stored
stored_talk         the same from the messages that were derived with the day totals
threads             which reply answers which message, and whom a message reached
dialogue_question   ranges and options of a question, and the columns that the statistics need
dialogue_numbers    the statistics; the only module that needs numpy
dialogue_answer     the answer: its shape, its table, its work list
dialogue_sentences  the answer in sentences
dialogue_asking     a question, answered for a tenant or from files
checking_sample     messages drawn by lot, for a person to check
dialogue_alarms     the alarms of yesterday, as messages for a webhook
==================  ============================================================================
"""
