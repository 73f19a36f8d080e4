"""Free text or a pasted log → an entry of the knowledge base."""
