"""The network panel: dense layers, feature maps, functions, and the card."""
