"""The whole installation, durable as in life, while something of it is killed or fills up."""
