"""Networks out of folders as the Hugging Face hub keeps them."""
