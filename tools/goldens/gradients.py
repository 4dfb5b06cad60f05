"""Maps of the methods that take gradients at the input, and of Eigen-CAM, by plain PyTorch: see methods.py.

Rectifier rules come from rectifiers put in the place of PyTorch's (references.py), the deconvnet of networks that deconvnet.py
writes out without autograd. Noise is torch.Generator's, in float32, as the methods' definition says.
"""

from deconvnet import WRITTEN_OUT, deconvnet
from references import relu_rule

SAMPLES, STEPS, NOISE = 3, 5, 0.15
LARGE = ("r3d_18",)  # one target and the fewest variants


def reduced(gradient, options):
    """Channels of [C,T,H,W] as the options say."""
    import torch
    given = dict(part.split("=") for part in options.split(",")) if options else {}
    x = gradient if given.get("values") == "signed" else gradient.abs()
    strongest = gradient.abs().max(dim=0).indices
    return torch.gather(x, 0, strongest.unsqueeze(0))[0]


class Case:
    """A network with its clips. `forward`: inputs -> logits and the units' activations; `score`: those, target, clip -> S."""

    def __init__(self, name, model, clips, forward, score):
        self.name, self.model, self.clips, self.forward, self.score = name, model, clips, forward, score
        self._known = {}

    def gradients(self, inputs, target, rule="plain"):
        """[n][input], each clip by itself."""
        import torch
        leaves = [x.detach().clone().requires_grad_(True) for x in inputs]
        with relu_rule(rule):
            logits, kept = self.forward(leaves)
            scores = [self.score(logits, kept, target, n) for n in range(len(logits))]
            found = [torch.autograd.grad(s, leaves, retain_graph=True, allow_unused=True) for s in scores]
        return [[torch.zeros_like(x[n]) if g is None else g[n] for g, x in zip(of, inputs)] for n, of in enumerate(found)]

    def at_clips(self, target, rule="plain"):
        """gradients() at the clips themselves, computed once."""
        if (target, rule) not in self._known:
            self._known[target, rule] = self.gradients(self.clips, target, rule)
        return self._known[target, rule]

    def strongest(self, target, n):
        """A unit's target moved to its largest activation."""
        import torch
        if not target.startswith("unit:"):
            return target
        _, kept = self.forward(self.clips)
        _, layer, channel = target.split(":")
        channel, _, where = channel.partition("@")
        if kept[layer].dim() == 2:
            return target
        assert not where, "told by deconvnet.py"
        channel_values = kept[layer][n, int(channel)]
        place = torch.unravel_index(channel_values.argmax(), channel_values.shape)
        return f"{target}@{','.join(str(int(p)) for p in place)}"


def baseline_of(kind, clips):
    """x' of one input, [N,C,T,H,W]. Prepared bytes lie in 0..1; flow of no motion is the middle."""
    import torch
    is_flow = clips.shape[1] == 2
    if kind == "black" or (kind == "frozen" and is_flow):
        return torch.full_like(clips, 127.5 / 255 if is_flow else 0)
    if kind == "mean":
        return torch.stack([torch.stack([c.mean().expand_as(c) for c in clip]) for clip in clips])
    if kind == "frozen":
        return torch.stack([clips[:, :, 0]] * clips.shape[2], dim=2)
    sigma = 10 * min(clips.shape[3:]) / 224
    radius = round(3 * sigma)
    weights = [torch.exp(torch.tensor(-j * j / (2 * sigma * sigma), dtype=torch.float64)) for j in range(-radius, radius + 1)]
    for axis in (3, 4):
        places = torch.arange(clips.shape[axis])
        shifted = [clips.index_select(axis, (places + j).clamp(0, clips.shape[axis] - 1)) for j in range(-radius, radius + 1)]
        clips = sum(w.to(clips.dtype) * x for w, x in zip(weights, shifted)) / sum(weights).to(clips.dtype)
    return clips


def smooth_grad(case, target, square):
    """[n][input]: mean gradient over noisy copies, or mean square."""
    import torch
    generator = torch.Generator().manual_seed(0)
    total = None
    for _ in range(SAMPLES):
        noisy = []
        for clips in case.clips:
            noise = torch.randn(clips.shape[1:], generator=generator).to(clips.dtype)
            # Rounded as the definition reads, noise times sigma: a bit more or less moves units across their kinks.
            noisy.append(torch.stack([x + noise * ((x.max() - x.min()) * NOISE) for x in clips]))
        found = case.gradients(noisy, target)
        found = [[g ** 2 if square else g for g in of] for of in found]
        total = found if total is None else [[a + b for a, b in zip(x, y)] for x, y in zip(total, found)]
    return [[g / SAMPLES for g in of] for of in total]


def integrated_gradients(case, target, kind):
    """[n][input]: [T,H,W]."""
    import torch
    begins = [baseline_of(kind, clips) for clips in case.clips]
    total = None
    for step in range(STEPS):
        share = (step + 0.5) / STEPS
        found = case.gradients([b + share * (x - b) for b, x in zip(begins, case.clips)], target)
        total = found if total is None else [[a + b for a, b in zip(x, y)] for x, y in zip(total, found)]
    return [[((x[n] - b[n]) * g / STEPS).sum(0) for x, b, g in zip(case.clips, begins, of)] for n, of in enumerate(total)]


def projected_back(case, target, start):
    """[n][input] of the deconvnet."""
    if case.name in WRITTEN_OUT:
        return [[deconvnet(case.name, case.model, case.clips[0][n:n + 1], target, start)[0]] for n in range(len(case.clips[0]))]
    targets = [target if start == "mean" else case.strongest(target, n) for n in range(len(case.clips[0]))]
    return [case.at_clips(t, "deconv")[n] for n, t in enumerate(targets)]


def at_input(golden, case, targets, what):
    import torch

    def put(method, options, target, maps):
        for i in range(len(case.clips)):
            golden[f"{case.name}|{i}|{method}|{options}|{target}|{what}"] = torch.stack([of[i] for of in maps])

    is_large = case.name in LARGE
    for target in targets[:1] if is_large else targets:
        plain, guided = case.at_clips(target), case.at_clips(target, "guided")
        put("gradient_x_input", "", target, [[(g * x[n]).sum(0) for g, x in zip(of, case.clips)] for n, of in enumerate(plain)])
        assert not all(torch.equal(a, b) for x, y in zip(plain, guided) for a, b in zip(x, y)), "the rule changed nothing"
        projected = projected_back(case, target, "strongest")
        for options in ("", "values=signed"):
            put("guided_backprop", options, target, [[reduced(g, options) for g in of] for of in guided])
            put("deconvnet", options, target, [[reduced(g, options) for g in of] for of in projected])
        if target.startswith("unit:"):
            put("deconvnet", "start=mean", target, [[reduced(g, "") for g in of] for of in projected_back(case, target, "mean")])
        smooth = smooth_grad(case, target, False)
        for options in ("", ",values=signed"):
            put("smooth_grad", f"samples={SAMPLES}{options}", target, [[reduced(g, options[1:]) for g in of] for of in smooth])
        if not is_large:
            put("smooth_grad", f"samples={SAMPLES},squared=on", target,
                [[g.max(dim=0).values for g in of] for of in smooth_grad(case, target, True)])
        for kind in ("black",) if is_large or target != targets[0] else ("black", "mean", "blur", "frozen"):
            put("integrated_gradients", f"baseline={kind},steps={STEPS}", target, integrated_gradients(case, target, kind))


def eigen_map(A, center):
    """A [C,T,H,W] of one clip: its projection on the first left singular vector."""
    import torch
    flat = A.flatten(1)
    activity = flat.sum(0)
    if center:
        flat = flat - flat.mean(1, keepdim=True)
    projection = torch.linalg.svd(flat, full_matrices=False).U[:, 0] @ flat
    along = (projection * (activity - activity.mean())).sum() if center else projection.sum()
    return (projection if along >= 0 else -projection).view(A.shape[1:]).clamp(min=0)


def at_layer(golden, case, layer, A, targets, what):
    """Needs the maps of grad_cam and grad_cam_pp in `golden`. A: the layer's activation [N,C,T',H',W']."""
    import torch
    import torch.nn.functional as F

    for options in ("", "center=on"):
        golden[f"{case.name}|{layer}|eigen_cam|{options}|{targets[0]}|{what}"] = torch.stack(
            [eigen_map(a, options == "center=on") for a in A])
    under = 0 if layer.startswith("rgb_net") else len(case.clips) - 1  # the last input that the layer lies on
    for target in targets[:1] if case.name in LARGE else targets:
        guided = case.at_clips(target, "guided")
        for cam in ("grad_cam", "grad_cam_pp"):
            coarse = golden[f"{case.name}|{layer}|{cam}||{target}|{what}"]
            cams = F.interpolate(coarse.unsqueeze(1), size=case.clips[under].shape[2:], mode="trilinear", align_corners=False)[:, 0]
            for options in ("", ",values=signed"):
                golden[f"{case.name}|{layer}|guided_grad_cam|cam={cam}{options}|{target}|{what}"] = torch.stack(
                    [cams[n] * reduced(guided[n][under], options[1:]) for n in range(len(cams))])
