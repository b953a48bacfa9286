"""How Stampbook's services receive commands and events, record what happened and hand it on."""
