"""Networks: block catalogue, graph, shapes, cost, presets and pretrained backbones."""
