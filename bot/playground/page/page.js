// The playground: a channel in which the bot answers. What is done goes to /act; the messages come back.

import { markdown } from "/markdown.js";

const $ = (id) => document.getElementById(id);
const EXAMPLES = [
  "/willitrun model: gemma 3 27b q4_k_m gpu: rtx 3090 context: 32k",
  "/willitrun model: llama 3.1 8b gpu: rtx 3060",
  "/compare a: rtx 3090 b: rx 7900 xtx",
  "/fits gpu: m3 max 64gb",
  "/error text: cuda oom",
  "/glossary term: rlhf",
  "/help",
];
const STRING = 3, INTEGER = 4, BOOLEAN = 5, NUMBER = 10, FILE = 11;
const EPHEMERAL = 64;

const state = { person: "", commands: [], channels: [], menus: [], command: null, offers: [], chosen: -1, drawn: new Map(), dismissed: new Set() };

function make(tag, { text, className, ...rest } = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  for (const [name, value] of Object.entries(rest)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// ---- talking to the server

async function act(kind, what, files = {}) {
  const form = new FormData();
  form.append("act", JSON.stringify({ kind, user: state.person, ...what }));
  for (const [name, file] of Object.entries(files)) form.append(name, file, file.name);
  const response = await fetch("/act", { method: "POST", body: form }).catch(() => null);
  if (!response) throw new Error("The playground does not answer. Is it still running?");
  const outcome = await response.json();
  if (!response.ok) throw new Error(outcome.error);
  return outcome;
}

async function doing(kind, what, files) {
  $("problem").hidden = true;
  const late = setTimeout(() => { $("thinking").hidden = false; follow(); }, 300);
  try {
    const outcome = await act(kind, what, files);
    clearTimeout(late);
    $("thinking").hidden = true;
    draw(outcome.messages);
    if (outcome.modal) openDialog(outcome.modal);
    return true;
  } catch (problem) {
    clearTimeout(late);
    $("thinking").hidden = true;
    complain(problem.message);
    return false;
  }
}

function complain(words) {
  $("problem").textContent = words;
  $("problem").hidden = false;
}

async function refresh() {
  const response = await fetch(`/messages?user=${encodeURIComponent(state.person)}`);
  draw((await response.json()).messages);
}

// ---- messages

function draw(messages) {
  const kept = new Set();
  let added = false;
  for (const message of messages) {
    if (state.dismissed.has(message.id)) continue;
    kept.add(message.id);
    const written = JSON.stringify(message);
    const before = state.drawn.get(message.id);
    if (before?.written === written) continue;
    const node = messageNode(message);
    if (before) before.node.replaceWith(node);
    else {
      $("messages").append(node);
      added = true;
    }
    state.drawn.set(message.id, { written, node });
  }
  for (const [id, { node }] of state.drawn) {
    if (kept.has(id)) continue;
    node.remove();
    state.drawn.delete(id);
  }
  if (added) follow();
}

const follow = () => requestAnimationFrame(() => { $("channel").scrollTop = $("channel").scrollHeight; });

function messageNode(message) {
  const { author, interaction_metadata: used } = message;
  const mine = Boolean(message.flags & EPHEMERAL);
  const node = make("article", { className: mine ? "message mine" : "message", "data-id": message.id });
  if (used?.name) {
    const who = make("strong", { text: used.user.username });
    node.append(make("div", { className: "used" }, who, " used ", make("span", { className: "name", text: `/${used.name}` })));
  }
  const name = author.bot ? "willitrun" : author.username;
  const badge = author.bot ? [make("span", { className: "badge", text: "APP" })] : [];
  node.append(
    make("span", { className: `avatar ${name}`, text: name[0].toUpperCase(), "aria-hidden": "true" }),
    make("div", { className: "who" }, make("strong", { text: name }), ...badge),
    menuButton(message),
  );
  const body = make("div", { className: "body" });
  if (message.content) body.append(markdown(message.content, mentions));
  for (const component of message.components) body.append(componentNode(component, message));
  if (!message.components.length) for (const file of message.attachments) body.append(fileNode(file));
  if (mine) {
    const dismiss = make("button", { className: "link", type: "button", text: "Dismiss message" });
    dismiss.addEventListener("click", () => { state.dismissed.add(message.id); node.remove(); state.drawn.delete(message.id); });
    body.append(make("p", { className: "small" }, "👁 Only you can see this · ", dismiss));
  }
  node.append(body);
  node.addEventListener("contextmenu", (event) => { event.preventDefault(); openMenu(node, message); });
  return node;
}

const mentions = { command: (name) => startCommand(name, "") };
const fileAddress = (file) => `/files/${file.id}?user=${encodeURIComponent(state.person)}`;

function fileNode(file) {
  const link = make("a", { className: "file", href: fileAddress(file), target: "_blank", text: `📄 ${file.filename}` });
  return make("div", {}, link);
}

function menuButton(message) {
  const button = make("button", { className: "more", type: "button", text: "⋯", "aria-label": "Menu of this message", "aria-haspopup": "menu" });
  button.addEventListener("click", () => openMenu(button.parentElement, message));
  return button;
}

function openMenu(node, message) {
  document.querySelector(".menu")?.remove();
  const menu = make("div", { className: "menu", role: "menu" }, make("span", { className: "small", text: "Apps" }));
  const close = () => node.querySelector(".more").focus(); // the menu goes when the focus leaves it
  for (const name of state.menus) {
    const item = make("button", { type: "button", role: "menuitem", text: name });
    item.addEventListener("click", () => { close(); doing("menu", { name, message: message.id }); });
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    if (step) items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });
  menu.addEventListener("focusout", (event) => { if (menu.isConnected && !menu.contains(event.relatedTarget)) menu.remove(); });
  node.append(menu);
  menu.querySelector("button").focus();
}

// ---- components of a message

function componentNode(component, message) {
  const inside = () => (component.components ?? []).map((child) => componentNode(child, message));
  switch (component.type) {
    case 1: return make("div", { className: "row" }, ...inside());
    case 2: return buttonNode(component, message);
    case 3: return severalFrom(component) ? checksNode(component, component.options, message) : selectNode(component, message);
    case 8: return checksNode(component, channelsOf(component), message);
    case 9: return make("div", { className: "section" }, make("div", {}, ...inside()), componentNode(component.accessory, message));
    case 10: return make("div", { className: "text" }, markdown(component.content, mentions));
    case 11: return pictureNode(component, message);
    case 12: return make("div", { className: "gallery" }, ...component.items.map((item) => pictureNode(item, message)));
    case 13: return fileNode(attachment(component.file.url, message));
    case 14: return make("hr", {});
    case 17: {
      const box = make("div", { className: "container" }, ...inside());
      if (component.accent_color != null) box.style.setProperty("--accent", `#${component.accent_color.toString(16).padStart(6, "0")}`);
      return box;
    }
    default: return make("p", { className: "small", text: `(a component of type ${component.type})` });
  }
}

function attachment(address, message) {
  const name = address.split("/").pop();
  return message.attachments.find((file) => file.filename === name || file.url === address);
}

function pictureNode(item, message) {
  const file = attachment(item.media.url, message);
  const picture = make("img", { alt: item.description ?? "", src: file ? fileAddress(file) : "" });
  picture.addEventListener("load", () => { if (message.id === [...state.drawn.keys()].pop()) follow(); }, { once: true });
  return picture;
}

function buttonNode(component, message) {
  const label = component.label ?? component.emoji?.name ?? "";
  if (component.style === 5) return make("a", { className: "button", href: component.url, target: "_blank", rel: "noreferrer", text: `${label} ↗` });
  const button = make("button", { className: `button style${component.style}`, type: "button", text: label, disabled: Boolean(component.disabled) });
  button.addEventListener("click", () => doing("click", { message: message.id, custom_id: component.custom_id }));
  return button;
}

const severalFrom = (component) => (component.max_values ?? 1) > 1;

function channelsOf(component) {
  const chosen = new Set((component.default_values ?? []).map((value) => value.id));
  return state.channels.map(({ id, name }) => ({ value: id, label: `#${name}`, default: chosen.has(id) }));
}

/** A select of several, or of channels, which may be none: boxes to tick behind its words. */
function checksNode(component, options, message) {
  const boxes = options.map(({ value, label, default: checked }) => [value, make("input", { type: "checkbox", checked: Boolean(checked) }), label]);
  const send = () => doing("select", { message: message.id, custom_id: component.custom_id, values: boxes.filter(([, box]) => box.checked).map(([value]) => value) });
  return make("details", { className: "checks" },
    make("summary", { text: component.placeholder ?? "Choose" }),
    ...boxes.map(([, box, label]) => make("label", {}, box, make("span", { text: ` ${label}` }))),
    make("button", { className: "button style2", type: "button", text: "Choose", onclick: send }));
}

function selectNode(component, message) {
  const select = make("select", { "aria-label": component.placeholder ?? "Choose" });
  const preset = component.options.some((option) => option.default);
  if (!preset) select.append(make("option", { value: "", text: component.placeholder ?? "Choose", disabled: true, selected: true }));
  for (const { label, value, description, default: selected } of component.options) {
    select.append(make("option", { value, text: description ? `${label} — ${description}` : label, selected: Boolean(selected) }));
  }
  select.addEventListener("change", () => doing("select", { message: message.id, custom_id: component.custom_id, values: [select.value] }));
  return select;
}

// ---- dialogs

function openDialog(modal) {
  const dialog = $("dialog"), fields = [];
  const body = modal.components.map((label) => {
    const field = label.component ?? label.components[0];
    const { node, read } = fieldNode(field);
    fields.push({ id: field.custom_id, read });
    const about = label.description ? [make("span", { className: "small", text: label.description })] : [];
    return make("label", {}, make("span", { text: label.label ?? field.label ?? "" }), ...about, node);
  });
  const cancel = make("button", { className: "button style2", type: "button", text: "Cancel", onclick: () => dialog.close() });
  const form = make("form", {}, make("h2", { id: "dialog-title", text: modal.title }), ...body,
    make("div", { className: "row" }, cancel, make("button", { className: "button style1", type: "submit", text: "Submit" })));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    dialog.close();
    const values = {}, files = {};
    for (const { id, read } of fields) {
      const value = read();
      if (value instanceof File) files[id] = value;
      else if (value !== null) values[id] = value;
    }
    await doing("submit", { values }, files);
  });
  dialog.replaceChildren(form);
  dialog.showModal();
}

function fieldNode(field) {
  if (field.type === 19) {
    const node = make("input", { type: "file" });
    return { node, read: () => node.files[0] ?? null };
  }
  if (field.type === 3) {
    const node = make("select", {}, ...field.options.map(({ label, value }) => make("option", { value, text: label })));
    return { node, read: () => [node.value] };
  }
  const node = make(field.style === 2 ? "textarea" : "input", { rows: 6, maxLength: field.max_length ?? 4000, value: field.value ?? "" });
  node.required = Boolean(field.required ?? true);
  return { node, read: () => node.value };
}

// ---- suggestions

function offer(offers, choose) {
  state.offers = offers;
  state.chosen = -1;
  state.choose = choose;
  $("offers").replaceChildren(...offers.map(({ name, about }, number) => {
    const small = about ? [make("span", { className: "small", text: about })] : [];
    const node = make("div", { className: "offer", role: "option", id: `offer-${number}`, "aria-selected": "false" }, make("span", { text: name }), ...small);
    node.addEventListener("mousedown", (event) => { event.preventDefault(); take(number); });
    return node;
  }));
  $("offers").hidden = !offers.length;
  $("text").setAttribute("aria-expanded", String(offers.length > 0));
}

function take(number) {
  const choose = state.choose, chosen = state.offers[number];
  offer([]);
  choose(chosen);
}

function move(step, field) {
  const count = state.offers.length;
  state.chosen = (Math.max(state.chosen, step > 0 ? -1 : 0) + step + count) % count;
  [...$("offers").children].forEach((node, number) => node.setAttribute("aria-selected", String(number === state.chosen)));
  field.setAttribute("aria-activedescendant", `offer-${state.chosen}`);
  $("offers").children[state.chosen].scrollIntoView({ block: "nearest" });
}

/** Keys that go to the suggestions; true where one was used up. */
function steered(event, field, firstWithoutChoosing) {
  if (!state.offers.length || event.isComposing) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) move(step, field);
  else if (event.key === "Escape") offer([]);
  else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey && (state.chosen >= 0 || firstWithoutChoosing)) take(Math.max(state.chosen, 0));
  else return false;
  event.preventDefault();
  return true;
}

// ---- the composer: a message, or a command with its options

$("text").addEventListener("input", () => {
  const typed = $("text").value;
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight}px`;
  if (!/^\/[\w-]*(?:\s|$)/.test(typed)) return offer([]);
  const body = typed.slice(1);
  const whole = state.commands.find(({ name }) => body.startsWith(name) && /\s/.test(body[name.length] ?? ""));
  if (whole) return startCommand(whole.name, body.slice(whole.name.length));
  const fitting = state.commands.filter((command) => command.name.startsWith(body));
  offer(fitting.map((command) => ({ name: `/${command.name}`, about: command.description, command })), ({ command }) => startCommand(command.name, ""));
});

$("text").addEventListener("keydown", (event) => {
  if (steered(event, $("text"), true)) return;
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
});

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  offer([]);
  if (state.command) return sendCommand();
  const text = $("text").value.trim();
  if (!text) return;
  if (text.startsWith("/")) return complain(`There is no command ${text.split(/\s/)[0].slice(0, 40)} here. Type / to see them all.`);
  if (text.length > 2000) return complain("A message holds 2,000 characters. Use /error without a text to paste more, or attach a file there.");
  $("text").value = "";
  $("text").style.height = "auto";
  if (!await doing("say", { text })) $("text").value = text;
});

const find = (name) => state.commands.find((command) => command.name === name);

/** Show a command's options in the composer, filled from text such as `model: gemma 3 27b gpu: 3090`. */
function startCommand(name, typed) {
  const command = find(name), options = command.options ?? [];
  const given = readOptions(typed, options);
  state.command = { name, options, fields: new Map() };
  offer([]);
  $("text").hidden = true;
  const cancel = make("button", { className: "link", type: "button", text: "✕", "aria-label": `Leave /${name}`, onclick: leaveCommand });
  $("command").replaceChildren(make("strong", { text: `/${name}` }), make("span", { id: "fields" }), make("span", { id: "rest" }), cancel);
  $("command").hidden = false;
  const required = options.filter((option) => option.required);
  const shown = required.length ? required : options.slice(0, 2);
  for (const option of options) if (shown.includes(option) || option.name in given) addField(option, given[option.name] ?? "");
  drawRest();
  const fields = [...state.command.fields.values()];
  (fields.find((field) => !field.value) ?? fields[0] ?? $("send")).focus();
}

function readOptions(typed, options) {
  const given = {}, text = typed.trim();
  const names = options.map((option) => option.name).join("|");
  if (!text || !names) return given;
  const parts = text.split(new RegExp(`(?:^|\\s)(${names}):\\s*`));
  if (parts[0].trim()) given[options[0].name] = parts[0].trim();
  for (let at = 1; at < parts.length; at += 2) given[parts[at]] = parts[at + 1].trim();
  return given;
}

function leaveCommand() {
  state.command = null;
  offer([]);
  $("command").hidden = true;
  $("command").replaceChildren();
  $("text").hidden = false;
  $("text").value = "";
  $("text").focus();
}

function addField(option, value) {
  const field = make("input", { type: option.type === FILE ? "file" : "text", "aria-label": `${option.name}: ${option.description}`, title: option.description });
  if (option.type !== FILE) field.value = value;
  if (option.required) field.setAttribute("aria-required", "true");
  field.addEventListener("input", () => { delete field.dataset.value; suggest(option, field); });
  field.addEventListener("focus", () => suggest(option, field));
  field.addEventListener("blur", () => offer([]));
  field.addEventListener("keydown", (event) => {
    if (steered(event, field, false)) return;
    if (event.key === "Escape") leaveCommand();
    if (event.key === "Backspace" && !field.value && option.type !== FILE) {
      const others = [...state.command.fields.values()];
      event.preventDefault();
      if (others.every((other) => !other.value)) leaveCommand();
      else others[Math.max(0, others.indexOf(field) - 1)].focus();
    }
  });
  state.command.fields.set(option.name, field);
  $("fields").append(make("label", { className: "option" }, make("span", { text: option.name }), field));
  return field;
}

function drawRest() {
  const left = state.command.options.filter((option) => !state.command.fields.has(option.name));
  $("rest").replaceChildren(...left.map((option) => make("button", {
    className: "add", type: "button", text: `+${option.name}`, title: option.description,
    onclick: () => { addField(option, "").focus(); drawRest(); },
  })));
}

let asked = 0;
async function suggest(option, field) {
  const number = ++asked;
  const choose = (choice) => { field.value = choice.name; field.dataset.value = JSON.stringify(choice.value); };
  if (option.choices || option.type === BOOLEAN) {
    const choices = option.choices ?? [{ name: "yes", value: true }, { name: "no", value: false }];
    return offer(choices.filter((choice) => choice.name.startsWith(field.value)), choose);
  }
  if (!option.autocomplete) return offer([]);
  await new Promise((done) => setTimeout(done, 120));
  if (number !== asked || document.activeElement !== field) return;
  const filled = values();
  if (filled) delete filled.options[option.name];
  const outcome = await act("complete", { name: state.command.name, option: option.name, value: field.value, options: filled?.options ?? {} }).catch(() => null);
  if (number === asked && document.activeElement === field) offer(outcome?.choices ?? [], choose);
}

/** The options as they are filled in; a number that is none stays text, and the server says so. */
function values() {
  const options = {}, files = {};
  for (const option of state.command.options) {
    const field = state.command.fields.get(option.name);
    if (option.type === FILE) {
      if (field?.files[0]) files[option.name] = field.files[0];
    } else if (field?.value.trim()) {
      const typed = field.value.trim();
      const number = [INTEGER, NUMBER].includes(option.type) && Number.isFinite(Number(typed));
      options[option.name] = field.dataset.value ? JSON.parse(field.dataset.value) : number ? Number(typed) : typed;
    }
  }
  return { options, files };
}

async function sendCommand() {
  const missing = state.command.options.find((option) => option.required && !state.command.fields.get(option.name)?.value);
  if (missing) {
    complain(`/${state.command.name} needs ${missing.name}: ${missing.description}.`);
    return state.command.fields.get(missing.name).focus();
  }
  const { options, files } = values();
  if (await doing("slash", { name: state.command.name, options }, files)) leaveCommand();
}

$("command").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.defaultPrevented || event.target.tagName !== "INPUT" || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

// ---- start

$("theme").addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  document.documentElement.dataset.theme = localStorage.theme = dark ? "light" : "dark";
});
if (localStorage.theme) document.documentElement.dataset.theme = localStorage.theme;

$("person").addEventListener("change", async () => {
  state.person = $("person").value;
  state.drawn.clear();
  $("messages").replaceChildren();
  await refresh();
});
window.addEventListener("focus", () => { if (state.person) refresh().catch(() => {}); });

const world = await (await fetch("/world")).json();
state.commands = world.commands;
state.channels = world.channels;
state.menus = world.menus;
state.person = world.people[0];
$("person").append(...world.people.map((name) => make("option", { value: name, text: name })));
$("examples").append(...EXAMPLES.map((example) => make("button", {
  className: "example", type: "button", text: example,
  onclick: () => { const [, name, rest] = /^\/(\S+)(.*)$/.exec(example); startCommand(name, rest); $("composer").requestSubmit(); },
})));
await refresh();
$("text").focus();
document.body.dataset.ready = "yes";
