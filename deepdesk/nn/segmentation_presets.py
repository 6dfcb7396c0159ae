"""Networks to begin with that give every pixel a class; pictures need not be square.

All are float32 (N, 3, height, width) -> (N, classes, height, width), also where the picture that
comes in is smaller than that: the last block enlarges its scores to the full size.
"""

from __future__ import annotations

from itertools import pairwise

from deepdesk.nn.backbone_facts import BACKBONES
from deepdesk.nn.graph import Edge, Graph, Node
from deepdesk.nn.presets import filters

_AROUND = 128  # channels of what is seen around each place
_MOST_WIDER = 8  # times the first channels, in the deepest stage


def residual_unet(
    *,
    height_px: int,
    width_px: int,
    width: int = 24,
    blocks: tuple[int, ...] = (1, 2, 2),
    name: str = "U-Net, residual",
) -> Graph:
    """Return a U-Net whose way down is a residual network and whose first map is halved.

    float32 (N, 3, height, width) -> (N, classes, height, width). After Ronneberger et al. (2015,
    arXiv:1505.04597) and He et al. (2015, arXiv:1512.03385), with each picture brought to the same
    light and contrast first, and an atrous pyramid (Chen et al., 2017, arXiv:1706.05587) where
    the map is smallest.

    Args:
        height_px: Of the pictures, 32 to 1,024.
        width_px: Likewise.
        width: Channels of the first convolution; each stage doubles them, up to eight times.
        blocks: Residual blocks of each stage; the map is halved by each.
        name: On screen.
    """
    widths = [width * min(1 << level, _MOST_WIDER) for level in range(len(blocks) + 1)]
    nodes = [
        _picture(height_px, width_px),
        # Streets by day say more of streets at dusk once both have the same light.
        Node("even_light", "instance_norm"),
        filters("stem", width, "relu", kernel=5, stride=2),
    ]
    downs = ["stem"]
    edges = [Edge("picture", "even_light"), Edge("even_light", "stem")]
    for level, count in enumerate(blocks, start=1):
        settings = {"channels": widths[level], "blocks": count, "stride": 2}
        nodes.append(Node(f"down_{level}", "residual_stage", settings))
        edges.append(Edge(downs[-1], f"down_{level}"))
        downs.append(f"down_{level}")
    pyramid = {"channels": _AROUND, "rate": 2, "dropout": 0.1}
    nodes.append(Node("around", "atrous_pyramid", pyramid))
    edges.append(Edge(downs.pop(), "around"))
    deep = "around"
    for level in reversed(range(len(blocks))):
        up = Node(f"up_{level}", "unet_level", {"channels": widths[level]})
        edges += [Edge(deep, up.id, 0), Edge(downs[level], up.id, 1)]
        nodes.append(up)
        deep = up.id
    nodes.append(Node("logits", "dense_head", {"dropout": 0.1}))
    edges += [Edge(deep, "logits", 0), Edge("picture", "logits", 1)]
    return Graph(name=name, nodes=tuple(nodes), edges=tuple(edges))


def tiny_segmenter(*, height_px: int, width_px: int, width: int = 16) -> Graph:
    """Return inverted residual stages with a light head, for answers in milliseconds.

    float32 (N, 3, height, width) -> (N, classes, height, width). After Howard et al. (2019,
    arXiv:1905.02244), with two scores in place of their three.

    Args:
        height_px: Of the pictures, 32 to 1,024.
        width_px: Likewise.
        width: Channels of the first convolution.
    """
    nodes = [_picture(height_px, width_px), filters("stem", width, "relu", kernel=3, stride=2)]
    edges = [Edge("picture", "stem")]
    before = "stem"
    for level, (times, count) in enumerate(((1.5, 2), (3.0, 2), (6.0, 3)), start=1):
        settings = {
            "channels": round(width * times),
            "blocks": count,
            "stride": 2,
            "expansion": 4.0,
            "squeeze": level == 3,
        }
        nodes.append(Node(f"stage_{level}", "inverted_residual_stage", settings))
        edges.append(Edge(before, f"stage_{level}"))
        before = f"stage_{level}"
    nodes.append(Node("logits", "lite_head", {"channels": 6 * width}))
    edges += [
        Edge("stage_3", "logits", 0),
        Edge("stage_1", "logits", 1),
        Edge("picture", "logits", 2),
    ]
    return Graph(name="Tiny", nodes=tuple(nodes), edges=tuple(edges))


def unet(*, height_px: int, width_px: int, width: int = 16, levels: int = 4) -> Graph:
    """Return the U-Net of the paper with narrower maps, at the full size of the picture.

    float32 (N, 3, height, width) -> (N, classes, height, width). Ronneberger et al. (2015,
    arXiv:1505.04597), padded, with batch normalisation.

    Args:
        height_px: Of the pictures, 32 to 1,024.
        width_px: Likewise.
        width: Channels of the first level; the paper has 64.
        levels: Halvings.
    """
    levels = min(levels, min(height_px, width_px).bit_length() - 1)
    nodes = (
        _picture(height_px, width_px),
        Node("levels", "unet", {"channels": width, "levels": levels}),
        Node("logits", "dense_head", {}),
    )
    edges = (Edge("picture", "levels"), Edge("levels", "logits", 0), Edge("picture", "logits", 1))
    return Graph(name="U-Net", nodes=nodes, edges=edges)


def lite_backbone(*, height_px: int, width_px: int, pretrained: bool = False) -> Graph:
    """Return MobileNetV3 with the light head of its paper.

    float32 (N, 3, height, width) -> (N, classes, height, width). Howard et al. (2019,
    arXiv:1905.02244, section 6.4); the last map is a 16th of the picture, the earlier one an
    eighth.

    Args:
        height_px: Of the pictures, 32 to 1,024.
        width_px: Likewise.
        pretrained: Whether it starts from ImageNet weights, which must have been downloaded.
    """
    nodes = [
        _picture(height_px, width_px),
        *_stages("mobilenet_v3_large", dilations=(1, 1, 1, 1, 2), pretrained=pretrained),
        Node("logits", "lite_head", {}),
    ]
    edges = (
        *_in_a_row(nodes[:-1]),
        Edge("stage_5", "logits", 0),
        Edge("stage_3", "logits", 1),
        Edge("picture", "logits", 2),
    )
    return Graph(name="LR-ASPP, MobileNet v3", nodes=tuple(nodes), edges=edges)


def atrous_backbone(
    *, height_px: int, width_px: int, name: str = "resnet18", pretrained: bool = False
) -> Graph:
    """Return a ResNet whose last map is a 16th of the picture, with an atrous pyramid on it.

    float32 (N, 3, height, width) -> (N, classes, height, width). DeepLab v3 of Chen et al. (2017,
    arXiv:1706.05587).

    Args:
        height_px: Of the pictures, 32 to 1,024.
        width_px: Likewise.
        name: "resnet18", "resnet34" or "resnet50".
        pretrained: Whether it starts from ImageNet weights, which must have been downloaded.
    """
    # The paper's rates are for maps of 33 places; those of smaller pictures have fewer.
    rate = max(1, min(6, min(height_px, width_px) // 16 // 5))
    nodes = [
        _picture(height_px, width_px),
        *_stages(name, dilations=(1, 1, 1, 1, 2), pretrained=pretrained),
        Node("surroundings", "atrous_pyramid", {"channels": 128, "rate": rate, "dropout": 0.1}),
        filters("filters", 128, "relu"),
        Node("logits", "dense_head", {}),
    ]
    edges = (*_in_a_row(nodes), Edge("picture", "logits", 1))
    title = f"DeepLab v3, {BACKBONES[name].title}"
    return Graph(name=title, nodes=tuple(nodes), edges=edges)


def _stages(name: str, *, dilations: tuple[int, ...], pretrained: bool) -> list[Node]:
    """Return the stages of a backbone, from the picture on."""
    return [
        Node(
            f"stage_{stage}",
            "backbone_stage",
            {"name": name, "stage": stage, "pretrained": pretrained, "dilation": dilation},
        )
        for stage, dilation in enumerate(dilations, start=1)
    ]


def _in_a_row(nodes: list[Node]) -> list[Edge]:
    return [Edge(before.id, after.id) for before, after in pairwise(nodes)]


def _picture(height_px: int, width_px: int) -> Node:
    return Node("picture", "input", {"shape": (3, height_px, width_px)})
