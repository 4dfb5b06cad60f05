"""Maps of the methods that ask a network again about changed clips, by plain PyTorch: see methods.py.

Boxes, masks and channels are taken one at a time, as the papers write it. Random numbers are torch.Generator's, in the order that
the methods' definitions say; extremal perturbation is differentiated from end to end by autograd.
"""

import itertools

FULL = ("gap_linear", "two_stream_dict")  # every option; elsewhere one case of each kind
LARGE = ("r3d_18",)  # fewer boxes
# Network: area for extremal perturbation, with one input and with two. A search follows which cells are largest and which units
# are active: only networks and areas serve where neither hangs on rounding. (gap_linear has a unit 6e-9 from its kink.)
SEARCHED = {"two_stream_dict": 0.2}  # by extremal perturbation: the area; see extremal()

# box, stride as numbers; options as on the command line.
BOXES = {
    "box=4x16x16,stride=4x16x16": ((4, 16, 16), (4, 16, 16)),
    "box=3x13x20,stride=3x9x10": ((3, 13, 20), (3, 9, 10)),  # does not divide 8x32x32: the last boxes move inside
}
LARGE_BOXES = {"box=4x28x28,stride=4x28x28": ((4, 28, 28), (4, 28, 28))}
FILLS = ("gray", "black", "mean", "blur", "noise", "frozen", "shuffled", "reversed")


class Case:
    """A network with its clips. `forward`: inputs -> logits and the units' activations; `score`: those, target, clip -> S."""

    def __init__(self, name, model, clips, forward, score):
        self.name, self.model, self.clips, self._forward, self._score = name, model, clips, forward, score

    def logits(self, inputs):
        return self._forward(inputs)[0]

    def value(self, inputs, target, kind="logit"):
        """The target's value for a batch of one."""
        import torch
        logits, kept = self._forward(inputs)
        if kind == "probability" and not target.startswith("unit:"):
            logits = torch.softmax(logits, 1)
        if target.startswith("unit:"):
            _, layer, channel = target.split(":")
            if not kept[layer][0, int(channel.partition("@")[0])].any():  # a channel that was taken away; methods.py allows none
                return logits.new_zeros(())
        return self._score(logits, kept, target, 0)

    def clip(self, n):
        return [x[n:n + 1] for x in self.clips]


def level(x, value):
    import torch
    return torch.full_like(x, value)


def blurred(x):
    """Every frame of [1,C,T,H,W] under a Gaussian whose edges repeat."""
    import torch
    sigma = 10 * min(x.shape[3:]) / 224
    radius = max(1, round(3 * sigma))
    weights = [torch.exp(torch.tensor(-j * j / (2 * sigma * sigma), dtype=torch.float64)) for j in range(-radius, radius + 1)]
    total = sum(weights)
    for axis in (3, 4):
        places = torch.arange(x.shape[axis])
        x = sum(float(w / total) * x.index_select(axis, (places + j).clamp(0, len(places) - 1))
                for w, j in zip(weights, range(-radius, radius + 1)))
    return x


def fill_of(kind, x):
    """What covers a whole clip [1,C,T,H,W]; prepared bytes lie in 0..1, flow of no motion is the middle."""
    import torch
    if kind == "black":
        return level(x, 0.5 if x.shape[1] == 2 else 0)
    if kind == "gray":
        return level(x, 0.5)
    if kind == "mean":
        return torch.stack([level(channel, channel.mean()) for channel in x[0]]).unsqueeze(0)
    if kind == "blur":
        return blurred(x)
    if kind == "noise":
        one = torch.randn(x.shape[1:], generator=torch.Generator().manual_seed(0)).to(x.dtype)
        return torch.stack([c.mean() + c.std(correction=0) * r for c, r in zip(x[0], one)]).unsqueeze(0)
    raise ValueError(kind)


def reordered(kind, part):
    """A box's own frames, [1,C,t,h,w]. Nothing moves in a frozen clip, and backwards all goes the other way."""
    import torch
    frames = part.shape[2]
    is_flow = part.shape[1] == 2
    if is_flow and kind == "frozen":
        return level(part, 0.5)
    if is_flow and kind == "reversed":
        return 1 - part.flip(2)
    if kind == "frozen":
        order = torch.zeros(frames, dtype=torch.long)
    elif kind == "reversed":
        order = torch.arange(frames - 1, -1, -1)
    else:
        order = torch.randperm(frames, generator=torch.Generator().manual_seed(0))
        if order.tolist() == list(range(frames)):
            order = torch.roll(order, 1)
    return part[:, :, order]


def places(length, size, stride):
    at = list(range(0, length - size, stride))
    return at + [length - size]


def swept(case, n, i, boxes, fill, measure):
    """[T,H,W]: mean over the boxes on a cell of `measure` of the clip with that box covered."""
    import torch
    whole = case.clip(n)
    x = whole[i]
    lengths = x.shape[2:]
    size = [min(a, b) for a, b in zip(boxes[0], lengths)]
    total, count = torch.zeros(lengths, dtype=torch.float64), torch.zeros(lengths, dtype=torch.float64)
    for at in itertools.product(*(places(*three) for three in zip(lengths, size, boxes[1]))):
        box = tuple(slice(a, a + s) for a, s in zip(at, size))
        inside = (slice(None), slice(None), *box)
        copy = [y.clone() for y in whole]
        own = fill in ("frozen", "shuffled", "reversed")
        copy[i][inside] = reordered(fill, x[inside]) if own else fill_of(fill, x)[inside]
        total[box] += float(measure(copy))
        count[box] += 1
    return (total / count).to(x.dtype)


def occlusion_variants(case, targets):
    """(options, boxes, fill, target, kind of score)."""
    if case.name not in FULL:
        (options, boxes), *_ = (LARGE_BOXES if case.name in LARGE else BOXES).items()
        yield f"{options},fill=frozen", boxes, "frozen", targets[-1], "logit"
        return
    (options, boxes), (uneven, uneven_boxes) = BOXES.items()
    for fill in FILLS:
        yield f"{options},fill={fill}", boxes, fill, targets[0], "logit"
    for target in targets[1:]:
        yield options, boxes, "gray", target, "logit"
    yield uneven, uneven_boxes, "gray", targets[0], "logit"
    yield f"{uneven},fill=reversed,score=probability", uneven_boxes, "reversed", targets[1], "probability"


def occlusion(case, targets, put):
    for options, boxes, fill, target, kind in occlusion_variants(case, targets):
        def lost(n, i):
            whole = case.value(case.clip(n), target, kind)
            return swept(case, n, i, boxes, fill, lambda copy: whole - case.value(copy, target, kind))
        put("occlusion", options, target, lost)
    if case.name not in FULL:
        return
    options, boxes = next(iter(BOXES.items()))

    def changed(n, i):
        best = case.logits(case.clip(n)).argmax()
        return swept(case, n, i, boxes, "gray", lambda copy: case.logits(copy).argmax() != best)
    put("occlusion", f"{options},map=label", targets[0], changed)


def occluded_feature(case, layer, target, put):
    options, boxes = next(iter((LARGE_BOXES if case.name in LARGE else BOXES).items()))

    def activity(inputs):
        kept = {}

        def keep(_module, _inputs, output):
            kept.setdefault("sum", output.sum((2, 3, 4)))
        handle = case.model.get_submodule(layer).register_forward_hook(keep)
        case.logits(inputs)
        handle.remove()
        return kept["sum"][0]

    def lost(n, i):
        whole = activity(case.clip(n))
        strongest = int(whole.argmax())
        return swept(case, n, i, boxes, "gray", lambda copy: (whole - activity(copy))[strongest])
    put("occlusion", f"{options},map=feature,layer={layer}", target, lost)


MASKS, GRID, SHOWN = 9, (3, 4, 5), 0.4


def rise(case, targets, put):
    import torch
    import torch.nn.functional as F

    def masks_of(lengths):
        random = torch.Generator().manual_seed(0)
        grid = [min(a, b) for a, b in zip(GRID, lengths)]
        cell = [-(-a // g) for a, g in zip(lengths, grid)]
        kept = (torch.rand(MASKS, 1, 1, *grid, generator=random) < SHOWN).double()
        shifts = torch.rand(MASKS, 3, generator=random, dtype=torch.float64)
        for k, shift in zip(kept, shifts):
            large = F.interpolate(k, size=[(g + 1) * c for g, c in zip(grid, cell)], mode="trilinear", align_corners=False)[0, 0]
            at = [int(s * c) for s, c in zip(shift, cell)]
            yield large[tuple(slice(a, a + length) for a, length in zip(at, lengths))]

    variants = (("", "probability", True), (",score=logit,center=off", "logit", False))
    for options, kind, center in variants if case.name in FULL else variants[:1]:
        for target in {targets[0], targets[-1]} if case.name in FULL else targets[:1]:
            def shown(n, i):
                x, weighted, total, answers = case.clip(n)[i], 0, 0, []
                black = fill_of("black", x)
                for mask in masks_of(x.shape[2:]):
                    copy = case.clip(n)
                    copy[i] = black + (x - black) * mask.to(x.dtype)
                    answers.append(float(case.value(copy, target, kind)))
                    weighted, total = weighted + answers[-1] * mask, total + mask
                mean = sum(answers) / len(answers)
                known = torch.where(total > 0, weighted / total, mean)
                return (known - mean if center else known).to(x.dtype)
            grid = "x".join(map(str, GRID))
            put("rise", f"masks={MASKS},probability={SHOWN},grid={grid}{options}", target, shown)


def chosen_channels(A, count):
    """The `count` channels of [C,T,H,W] that vary most."""
    import torch
    return sorted(torch.argsort(A.flatten(1).var(1), descending=True)[:count].tolist()) if count else list(range(len(A)))


def score_cam(case, A, n, under, target, channels):
    """Algorithm 1 for one clip: A [C,T',H',W'], `under`: the inputs that the layer lies on."""
    import torch
    import torch.nn.functional as F
    scores = []
    for k in channels:
        if A[k].max() == A[k].min():
            scores.append(torch.tensor(-float("inf"), dtype=A.dtype))
            continue
        copy = case.clip(n)
        for i in under:
            up = F.interpolate(A[k][None, None], size=copy[i].shape[2:], mode="trilinear", align_corners=False)[0, 0]
            mask = (up - up.min()) / (up.max() - up.min())
            black = fill_of("black", copy[i])
            copy[i] = black + (copy[i] - black) * mask
        scores.append(case.value(copy, target))
    alpha = torch.softmax(torch.stack(scores), 0)
    return sum(a * A[k] for a, k in zip(alpha, channels)).clamp(min=0)


def ablation_cam(case, A, n, layer, target, channels):
    whole = case.value(case.clip(n), target)
    total = 0
    for k in channels:
        def without(_module, _inputs, output):
            changed = output.clone()
            changed[:, k] = 0
            return changed
        handle = case.model.get_submodule(layer).register_forward_hook(without, prepend=True)
        total = total + (whole - case.value(case.clip(n), target)) / whole.abs() * A[k]
        handle.remove()
    return total.clamp(min=0)


def smooth_mask(parameters, lengths):
    """Fong et al., sec. 3.2, along one axis after the other: [t,h,w] -> lengths."""
    import math
    import torch
    for axis, (length, share, parts) in enumerate(zip(lengths, (2 / 16, 21 / 224, 21 / 224), (2, 3, 3))):
        sigma = max(1.0, share * length)
        step = max(1.0, sigma / parts)
        reach = 1 + math.ceil(sigma / step)
        lines = []
        for u in range(length):
            near = math.floor((u + 0.5) / step)
            heights = []
            for cell in range(max(0, near - reach), min(parameters.shape[axis], near + reach + 1)):
                distance = abs(u + 0.5 - (cell + 0.5) * step) / sigma
                heights.append(math.exp(-2 * max(0, distance - 0.5) ** 2) * parameters.select(axis, cell))
            heights = torch.stack(heights)
            share_of = torch.exp(20 * heights) / torch.exp(20 * heights).sum(0)
            lines.append((share_of * heights).sum(0))
        parameters = torch.stack(lines, axis)
    return parameters


def extremal(case, n, target, area, steps):
    """The masks of all inputs of one clip after a few steps of Adam."""
    import math
    import torch
    clips = case.clip(n)
    fills = [fill_of("blur", x) for x in clips]

    def start(x):
        sizes = []
        for length, share, parts in zip(x.shape[2:], (2 / 16, 21 / 224, 21 / 224), (2, 3, 3)):
            sizes.append(math.ceil(length / max(1.0, max(1.0, share * length) / parts)))
        return torch.full(sizes, 0.5, dtype=x.dtype, requires_grad=True)

    def masks_of(parameters):
        return [smooth_mask(p, x.shape[2:]) for p, x in zip(parameters, clips)]

    def kept(masks):
        return case.value([f + m * (x - f) for f, m, x in zip(fills, masks, clips)], target)

    parameters = [start(x) for x in clips]
    reach = float((case.value(clips, target) - case.value(fills, target)).abs())
    uphill = torch.autograd.grad(kept(masks_of(parameters)), parameters)
    parameters = [(p + 0.1 * g / g.abs().max()).detach().requires_grad_(True) for p, g in zip(parameters, uphill)]
    gaps = []
    adam = torch.optim.Adam([{"params": [p], "eps": 0.1 / p.numel()} for p in parameters], lr=0.05)
    for step in range(steps):
        masks = masks_of(parameters)
        loss = -kept(masks) / reach
        for mask in masks:
            ordered = mask.flatten().sort(descending=True, stable=True).values  # of equal cells the first counts as larger
            edge = round(area * len(ordered))
            gaps.append(float((ordered[edge - 1] - ordered[edge]).detach()))
            wanted = torch.zeros_like(ordered)
            wanted[:edge] = 1
            loss = loss + 15 * 16 ** (step / steps) * ((ordered - wanted) ** 2).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        with torch.no_grad():
            for p in parameters:
                p.clamp_(0, 1)
    assert min(gaps) > 3e-6, f"which cells the area keeps hangs on rounding: {min(gaps)}; take another area"
    return [m.detach() for m in masks_of(parameters)]


def at_input(golden, case, targets, what):
    import torch

    def put(method, options, target, map_of):
        with torch.set_grad_enabled(method == "extremal_perturbation"):
            for i in range(len(case.clips)):
                golden[f"{case.name}|{i}|{method}|{options}|{target}|{what}"] = torch.stack(
                    [map_of(n, i) for n in range(len(case.clips[0]))])

    occlusion(case, targets, put)
    if case.name in LARGE:
        return
    rise(case, targets, put)
    if case.name in SEARCHED:
        area = SEARCHED[case.name]
        found = {n: extremal(case, n, targets[0], area, 3) for n in range(len(case.clips[0]))}
        put("extremal_perturbation", f"areas={area},steps=3", targets[0], lambda n, i: found[n][i])


def at_layer(golden, case, layer, A, targets, what):
    """A: the layer's activation [N,C,T',H',W']."""
    import torch
    streams = {"rgb_net": [0], "flow_net": [1]} if case.name == "two_stream_dict" else {}
    under = streams.get(layer.split(".")[0], list(range(len(case.clips))))
    targets = targets if case.name in FULL else [t for t in targets if not t.startswith("unit:")]

    def put(method, options, target, map_of):
        golden[f"{case.name}|{layer}|{method}|{options}|{target}|{what}"] = torch.stack([map_of(n) for n in range(len(A))])

    def put_at_inputs(method, options, target, map_of):
        for i in under:
            golden[f"{case.name}|{i}|{method}|{options}|{target}|{what}"] = torch.stack([map_of(n, i) for n in range(len(A))])

    with torch.no_grad():
        variants = [(targets[-1], 2 if case.name in LARGE else 4)]
        if case.name in FULL:
            variants += [(target, 0) for target in targets[:3]]
        for target, count in variants:
            options = f"channels={count}" if count else ""
            put("score_cam", options, target,
                lambda n: score_cam(case, A[n], n, under, target, chosen_channels(A[n], count)))
            put("ablation_cam", options, target,
                lambda n: ablation_cam(case, A[n], n, layer, target, chosen_channels(A[n], count)))
        if layer != "fast2" and case.name not in LARGE:  # fast2: nothing of the other input reaches it
            occluded_feature(case, layer, targets[0], put_at_inputs)
