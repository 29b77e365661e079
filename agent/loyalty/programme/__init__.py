"""The programme language: a TOML file, read and checked whole, compiled to frozen values the engine runs on."""
