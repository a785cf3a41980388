"""What happens in the world: messages and their events, journey passes, web hits, leads and segments."""
