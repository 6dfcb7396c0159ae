"""Networks leave the program as source, JSON and weights, and come in from JSON and ONNX."""
