"""The chat formats in use, and how to tell them apart."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A way to write a conversation."""

    key: str
    label: str
    marks: tuple[str, ...]  # all of them stand in its templates
    ends: tuple[str, ...]  # tokens after the model's turn, where generation has to stop
    example: str  # one turn


# The first whose marks are there counts, so what is told apart by less comes later.
# From the chat templates of the models that brought each format.
FORMATS = (
    Format("harmony", "Harmony (gpt-oss)", ("<|start|>", "<|message|>"), ("<|return|>", "<|call|>"),
           "<|start|>user<|message|>{prompt}<|end|><|start|>assistant"),
    Format("llama-4", "Llama 4", ("<|header_start|>",), ("<|eot|>", "<|eom|>"),
           "<|header_start|>user<|header_end|>\n\n{prompt}<|eot|><|header_start|>assistant<|header_end|>\n\n"),
    Format("llama-3", "Llama 3", ("<|start_header_id|>",), ("<|eot_id|>", "<|eom_id|>"),
           "<|start_header_id|>user<|end_header_id|>\n\n{prompt}<|eot_id|>"
           "<|start_header_id|>assistant<|end_header_id|>\n\n"),
    Format("gemma", "Gemma", ("<start_of_turn>",), ("<end_of_turn>",),
           "<start_of_turn>user\n{prompt}<end_of_turn>\n<start_of_turn>model\n"),
    Format("command-r", "Command R", ("<|START_OF_TURN_TOKEN|>",), ("<|END_OF_TURN_TOKEN|>", "<|END_RESPONSE|>"),
           "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>{prompt}<|END_OF_TURN_TOKEN|>"
           "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"),
    Format("chatml", "ChatML", ("<|im_start|>",), ("<|im_end|>",),
           "<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"),
    Format("granite", "Granite", ("<|start_of_role|>",), ("<|end_of_text|>",),
           "<|start_of_role|>user<|end_of_role|>{prompt}<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>"),
    Format("deepseek", "DeepSeek", ("<｜User｜>",), ("<｜end▁of▁sentence｜>",), "<｜User｜>{prompt}<｜Assistant｜>"),
    Format("glm-4", "GLM-4", ("<|observation|>",), ("<|user|>",), "<|user|>\n{prompt}<|assistant|>\n"),
    Format("phi-3", "Phi-3", ("<|assistant|>", "<|end|>"), ("<|end|>",), "<|user|>\n{prompt}<|end|>\n<|assistant|>\n"),
    Format("zephyr", "Zephyr", ("<|assistant|>",), ("</s>",), "<|user|>\n{prompt}</s>\n<|assistant|>\n"),
    Format("llama-2", "Llama 2", ("[INST]", "<<SYS>>"), ("</s>",), "[INST] {prompt} [/INST]"),
    Format("mistral", "Mistral", ("[INST]",), ("</s>",), "[INST] {prompt} [/INST]"),
    Format("alpaca", "Alpaca", ("### Instruction", "### Response"), ("</s>",),
           "### Instruction:\n{prompt}\n\n### Response:\n"),
    Format("vicuna", "Vicuna", ("USER:", "ASSISTANT:"), ("</s>",), "USER: {prompt} ASSISTANT:"),
)  # fmt: skip


def recognise(text: str) -> Format | None:
    """The format whose marks stand in what a template writes."""
    return next((f for f in FORMATS if all(m in text for m in f.marks)), None)
