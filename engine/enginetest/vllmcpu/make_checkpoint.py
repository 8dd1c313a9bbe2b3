"""Write a small GLM-OCR checkpoint whose answers are known: make_checkpoint.py FOLDER.

Architecture, processor, vision tower and the head for speculative tokens are
the real ones, so vLLM does all that it does for the published model. The weights make greedy
decoding walk a fixed chain of tokens, which the chat template starts by the task's prompt. It
does not read the picture: it is for tests of the way to the model and back.
"""

import json
import re
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import GlmOcrConfig, GlmOcrForConditionalGeneration

# What is answered, by task; engine/enginetest has the first three too.
ANSWERS = {
    "text": "Invoice No. 2024-0417\n\nBilled to: Müller & Söhne GmbH, 北京市朝阳区\nAmount due: €1,234.56 — thank you!",
    "table": "<table><tr><th>Item</th><th>Qty</th></tr><tr><td>Bolt M8</td><td>40</td></tr></table>",
    "formula": "$$\nE = mc^{2} + \\frac{a}{b}\n$$",
    "json": '{"invoice": "2024-17", "total": "1,234.50"}',  # fits a schema of two strings
}
LOOP = [b" again", b" and", b" over"]  # without end
END = "<|endoftext|>"
USER = "<|user|>"
SPECIAL = [
    END, "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>", "<|system|>", USER, "<|assistant|>", "<|observation|>",
    "<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>", "<|end_of_video|>", "<|image|>", "<|video|>",
]  # fmt: skip
HIDDEN, HEAD, INTERMEDIATE = 128, 64, 128

# The published template's form. The last token before the answer names the task.
TEMPLATE = """[gMASK]<sop>{%- set ns = namespace(prompt='') -%}
{%- for m in messages -%}
<|{{ m.role }}|>
{% if m.content is string %}{{ m.content }}{% set ns.prompt = m.content %}
{%- else %}{%- for c in m.content -%}
{%- if c.type in ['image', 'image_url'] or 'image' in c -%}<|begin_of_image|><|image|><|end_of_image|>
{%- elif c.type == 'text' -%}{{ c.text }}{% set ns.prompt = c.text %}{%- endif -%}
{%- endfor -%}{% endif %}
{%- endfor -%}
{%- if add_generation_prompt -%}<|assistant|>
{% if 'Table' in ns.prompt %}<|task_table|>
{%- elif 'Formula' in ns.prompt %}<|task_formula|>
{%- elif 'JSON' in ns.prompt %}<|task_json|>
{%- elif 'LOOP' in ns.prompt %}<|task_loop|>
{%- else %}<|task_text|>{% endif %}
{%- endif -%}"""


def task_token(task: str) -> str:
    return f"<|task_{task}|>"


def letters() -> dict[int, str]:
    """The letter that stands for each byte in a byte-level vocabulary, as GPT-2 defined it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + n) for n, b in enumerate(others)}


LETTERS = letters()


def spell(piece: bytes) -> str:
    return "".join(LETTERS[b] for b in piece)


def pieces(text: str, used: set[bytes]) -> list[bytes]:
    """Cut text into pieces that are used nowhere else, so that each knows what follows it.

    Where a character takes several bytes, a cut goes through the middle of it.
    """
    raw: list[bytes] = []
    for word in re.findall(r"\s*[A-Za-z0-9]+|\s*[^A-Za-z0-9\s]|\s+$", text):
        data = word.encode()
        raw += [data] if data.isascii() else [data[:-1], data[-1:]]
    cut: list[bytes] = []
    piece = b""
    for part in raw:
        piece += part
        if piece not in used:
            used.add(piece)
            cut.append(piece)
            piece = b""
    if piece:  # the end is a piece that was used: it goes with the one before
        cut[-1] += piece
        assert cut[-1] not in used
        used.add(cut[-1])
    assert b"".join(cut) == text.encode()
    return cut


def make_tokenizer(chains: dict[str, list[bytes]]) -> Tokenizer:
    vocabulary = {letter: n for n, letter in enumerate(sorted(LETTERS.values()))}
    for chain in chains.values():
        for piece in chain:
            vocabulary.setdefault(spell(piece), len(vocabulary))
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(s, special=True) for s in [*SPECIAL, *map(task_token, chains)]])
    return tokenizer


def followers(tokenizer: Tokenizer, chains: dict[str, list[bytes]]) -> dict[int, int]:
    """The token that comes after each."""
    after: dict[int, int] = {}
    for task, chain in chains.items():
        ids = [tokenizer.token_to_id(t) for t in [task_token(task), *map(spell, chain)]]
        ids.append(ids[1] if task == "loop" else tokenizer.token_to_id(END))
        for token, following in zip(ids, ids[1:]):
            assert after.setdefault(token, following) == following, (task, token)
    return after


def make_config(tokenizer: Tokenizer) -> GlmOcrConfig:
    token = tokenizer.token_to_id
    config = GlmOcrConfig(
        image_token_id=token("<|image|>"),
        video_token_id=token("<|video|>"),
        image_start_token_id=token("<|begin_of_image|>"),
        image_end_token_id=token("<|end_of_image|>"),
        video_start_token_id=token("<|begin_of_video|>"),
        video_end_token_id=token("<|end_of_video|>"),
        tie_word_embeddings=False,
        text_config=dict(
            vocab_size=-(-tokenizer.get_vocab_size() // 64) * 64,
            hidden_size=HIDDEN,
            intermediate_size=INTERMEDIATE,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=HEAD,
            max_position_embeddings=131072,
            num_nextn_predict_layers=1,
            eos_token_id=[token(END), token(USER)],
            pad_token_id=token(END),
            tie_word_embeddings=False,
            rope_parameters=dict(rope_type="default", rope_theta=10000, partial_rotary_factor=1.0, mrope_section=[8, 12, 12]),
        ),
        vision_config=dict(depth=1, hidden_size=64, num_heads=2, out_hidden_size=HIDDEN, intermediate_size=64),
    )
    config.architectures = ["GlmOcrForConditionalGeneration"]
    return config


def make_model(config: GlmOcrConfig, after: dict[int, int]) -> GlmOcrForConditionalGeneration:
    """A model whose layers add nothing and whose output layer knows what follows each token."""
    torch.manual_seed(0)
    model = GlmOcrForConditionalGeneration(config).float()
    with torch.no_grad():
        embedding = torch.randn(config.text_config.vocab_size, HIDDEN)
        output = torch.zeros_like(embedding)
        for token, following in after.items():
            output[following] += embedding[token] * (25 / HIDDEN)  # a logit of about 25, the others' are below 10
        model.model.language_model.embed_tokens.weight.copy_(embedding)
        model.lm_head.weight.copy_(output)
        for name, weight in model.named_parameters():
            if "language_model" in name and ("o_proj" in name or "down_proj" in name):
                weight.zero_()
    return model.to(torch.bfloat16)


def draft_head(model: GlmOcrForConditionalGeneration) -> dict[str, torch.Tensor]:
    """The weights for speculative tokens, which transformers leaves out. They guess the same chain."""

    def zeros(*shape: int) -> torch.Tensor:
        return torch.zeros(*shape, dtype=torch.bfloat16)

    weights = {
        "eh_proj": torch.cat([torch.eye(HIDDEN), torch.zeros(HIDDEN, HIDDEN)], 1).bfloat16(),
        "shared_head.head": model.lm_head.weight.detach().clone(),
        "embed_tokens": model.model.language_model.embed_tokens.weight.detach().clone(),
        "self_attn.q_proj": zeros(2 * HEAD, HIDDEN),
        "self_attn.k_proj": zeros(HEAD, HIDDEN),
        "self_attn.v_proj": zeros(HEAD, HIDDEN),
        "self_attn.o_proj": zeros(HIDDEN, 2 * HEAD),
        "mlp.gate_up_proj": zeros(2 * INTERMEDIATE, HIDDEN),
        "mlp.down_proj": zeros(HIDDEN, INTERMEDIATE),
    }
    norms = ["enorm", "hnorm", "shared_head.norm", "input_layernorm", "post_attention_layernorm", "post_self_attn_layernorm", "post_mlp_layernorm"]
    weights |= {norm: torch.ones(HIDDEN, dtype=torch.bfloat16) for norm in norms}
    return {f"model.language_model.layers.1.{name}.weight": weight for name, weight in weights.items()}


def make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)

    def write(name: str, content: dict) -> None:
        (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=False))

    used: set[bytes] = set()
    chains = {task: pieces(answer, used) for task, answer in ANSWERS.items()} | {"loop": LOOP}
    tokenizer = make_tokenizer(chains)
    config = make_config(tokenizer)
    model = make_model(config, followers(tokenizer, chains))
    model.save_pretrained(folder)
    save_file(draft_head(model), folder / "model-mtp.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(TEMPLATE)

    saved = json.loads((folder / "config.json").read_text())
    saved["text_config"]["num_nextn_predict_layers"] = 1  # transformers drops it
    write("config.json", saved)
    end = config.text_config.eos_token_id
    write("generation_config.json", dict(do_sample=False, eos_token_id=end, pad_token_id=end[0]))
    write(
        "tokenizer_config.json",
        dict(
            tokenizer_class="PreTrainedTokenizerFast",
            processor_class="Glm46VProcessor",
            model_max_length=131072,
            eos_token=END,
            pad_token=END,
            padding_side="left",
            clean_up_tokenization_spaces=False,
            additional_special_tokens=[*SPECIAL[1:], *map(task_token, chains)],
        ),
    )
    write(
        "preprocessor_config.json",
        dict(
            image_processor_type="Glm46VImageProcessor",
            processor_class="Glm46VProcessor",
            size=dict(shortest_edge=12544, longest_edge=9633792),
            do_rescale=True,
            patch_size=14,
            temporal_patch_size=2,
            merge_size=2,
            image_mean=[0.48145466, 0.4578275, 0.40821073],
            image_std=[0.26862954, 0.26130258, 0.27577711],
        ),
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]))
