"""How data is read: pictures and tables, splits, the decoded cache, augmentation, batches."""
