"""What the engine offers besides the published index: docs/engine.md."""
