"""Models that the catalog lacks, described from the files of their Hugging Face repository."""
