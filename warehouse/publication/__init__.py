"""What became of an edition: computed, approved by an editor, public."""
