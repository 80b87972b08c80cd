// Files in forms: what was dropped or pasted joins what was chosen. Without script the plain file field does it all.
(() => {
"use strict";
const form = document.querySelector("form[data-files]");
const field = form?.querySelector("input[type=file]");
if (!field || !window.DataTransfer) return;
const box = form.querySelector("[data-drop]"), list = form.querySelector("[data-chosen]");

const sizes = ["bytes", "kB", "MB", "GB", "TB"];
function words(size) {
  let unit = 0;
  while (size >= 1000 && unit < sizes.length - 1) { size /= 1000; unit += 1; }
  return (unit && size < 10 ? size.toFixed(1) : Math.round(size)) + " " + sizes[unit];
}
function show() {
  list.replaceChildren(...[...field.files].map(file => {
    const item = document.createElement("li");
    item.textContent = file.name + ", " + words(file.size);
    return item;
  }));
}
function add(files) {
  const all = new DataTransfer();
  for (const file of field.multiple ? [...field.files, ...files] : [...files].slice(0, 1)) all.items.add(file);
  field.files = all.files;
  show();
}

field.addEventListener("change", show);
let depth = 0;
const holdsFiles = event => event.dataTransfer?.types.includes("Files");
addEventListener("dragenter", event => { if (holdsFiles(event)) { depth += 1; box?.classList.add("over"); } });
addEventListener("dragleave", event => { if (holdsFiles(event) && (depth -= 1) <= 0) { depth = 0; box?.classList.remove("over"); } });
addEventListener("dragover", event => { if (holdsFiles(event)) event.preventDefault(); });
addEventListener("drop", event => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  depth = 0;
  box?.classList.remove("over");
  add(event.dataTransfer.files);
});
document.addEventListener("paste", event => {
  const files = [...event.clipboardData?.files ?? []];
  if (!files.length) return;
  event.preventDefault();
  const stamp = new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-");
  add(files.map((file, index) => /^image\.\w+$/.test(file.name)
    ? new File([file], "screenshot-" + stamp + (index ? "-" + index : "") + file.name.slice(5), { type: file.type })
    : file));
});
})();
