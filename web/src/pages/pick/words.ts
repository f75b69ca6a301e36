// What the API's words mean to people.

interface Category {
  title: string;
  hint: string;
}

const categories: Record<string, Category> = {
  quantization: { title: "Quality", hint: "Each is the whole model. Smaller ones need less memory and answer a little less well." },
  vision_encoder: { title: "Vision", hint: "Needed to show pictures to the model." },
  mtp_draft: { title: "Faster answers", hint: "A helper that lets the model write several words at a time." },
  variant: { title: "Variants", hint: "The same model in another form." },
  component: { title: "Parts", hint: "The model works when all of its parts are there." },
  format: { title: "Format", hint: "The same model for different programs. One is enough." },
  precision: { title: "Precision", hint: "Fewer bits are smaller and need less memory." },
  split: { title: "Splits", hint: "Parts of the data, such as for training and for testing." },
  config: { title: "Subsets", hint: "The data comes in several versions or languages." },
  branch: { title: "Branches", hint: "Each branch is a whole model of its own. Pick one." },
  checkpoint: { title: "Checkpoints", hint: "States of the model during its training." },
};

/** A category of items; one of a plugin is shown by its own name. */
export function category(id: string): Category {
  return Object.hasOwn(categories, id) ? categories[id]! : { title: sentence(id), hint: "" };
}

/** "head_count_kv" as "Head count kv". */
export function sentence(key: string): string {
  const s = key.replace(/[_-]+/g, " ").replace(/([a-z0-9])([A-Z])/g, "$1 $2").trim();
  return s.charAt(0).toUpperCase() + s.slice(1);
}

const related: Record<string, string> = { base_model: "Base model", vae: "Image decoder (VAE)", draft: "Draft model", dataset: "Dataset" };

export function relation(type: string): string {
  return Object.hasOwn(related, type) ? related[type]! : sentence(type);
}
