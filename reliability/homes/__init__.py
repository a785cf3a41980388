"""What an experiment checks in a home: its files, its published marts, its readers."""
