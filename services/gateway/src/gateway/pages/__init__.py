"""The pages a shop's customers see: pure models, form reading, words and rendering, without any input or output."""
