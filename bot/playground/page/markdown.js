// Discord's markdown as DOM nodes. Text only ever becomes text nodes, so nothing that is shown can run.

const INLINE = [
  [/\\([\\`*_~|<>#\-[\]().!:+])/y, (m) => document.createTextNode(m[1])],
  [/(`+)(.+?)\1/sy, (m) => make("code", m[2])],
  [/\*\*(.+?)\*\*(?!\*)/sy, (m, on) => make("strong", inline(m[1], on))],
  [/__(.+?)__/sy, (m, on) => make("u", inline(m[1], on))],
  [/~~(.+?)~~/sy, (m, on) => make("s", inline(m[1], on))],
  [/\*([^\s*](?:.*?[^\s*])?)\*/sy, (m, on) => make("em", inline(m[1], on))],
  [/\b_([^_]+)_\b/sy, (m, on) => make("em", inline(m[1], on))],
  [/\|\|(.+?)\|\|/sy, (m, on) => make("span", inline(m[1], on), "spoiler")],
  [/\[([^\]]+)\]\(<?(https?:\/\/[^\s>)]+)>?\)/y, (m, on) => link(m[2], inline(m[1], on))],
  [/<(https?:\/\/[^\s>]+)>/y, (m) => link(m[1], m[1])],
  [/https?:\/\/[^\s<>)]+/y, (m) => link(m[0], m[0])],
  [/<\/([\w-]+(?: [\w-]+)*):\d+>/y, (m, on) => command(m[1], on)],
];

function make(tag, content, className) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(content);
  return node;
}

function link(address, content) {
  const node = make("a", content);
  node.href = address;
  node.rel = "noreferrer noopener";
  node.target = "_blank";
  return node;
}

function command(name, on) {
  const node = make("button", `/${name}`, "mention");
  node.type = "button";
  node.addEventListener("click", () => on.command(name));
  return node;
}

function inline(text, on) {
  const out = document.createDocumentFragment();
  let plain = "";
  for (let at = 0; at < text.length;) {
    const hit = first(text, at);
    if (!hit) {
      plain += text[at++];
      continue;
    }
    if (plain) out.append(plain);
    plain = "";
    out.append(hit.rule(hit.match, on));
    at += hit.match[0].length;
  }
  out.append(plain);
  return out;
}

function first(text, at) {
  for (const [pattern, rule] of INLINE) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { match, rule };
  }
  return null;
}

function codeBlock(text) {
  const block = make("div", make("pre", make("code", text)), "code");
  const copy = make("button", "Copy", "copy");
  copy.type = "button";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  block.append(copy);
  return block;
}

const LINES = [
  [/^(#{1,3}) (.*)/, (m, on) => make(`h${m[1].length + 2}`, inline(m[2], on))],
  [/^-# (.*)/, (m, on) => make("div", inline(m[1], on), "small")],
  [/^\s*[-*] (.*)/, (m, on) => make("div", inline(m[1], on), "item")],
  [/^> (.*)/, (m, on) => make("blockquote", inline(m[1], on))],
];

function line(text, on) {
  for (const [pattern, rule] of LINES) {
    const match = pattern.exec(text);
    if (match) return rule(match, on);
  }
  return make("div", text ? inline(text, on) : "\u00a0");
}

/** Nodes for `text`; `on.command(name)` is called when a command that it mentions is pressed. */
export function markdown(text, on) {
  const out = document.createDocumentFragment();
  text.split(/```(?:[\w+-]*\n)?([^]*?)\n?```/).forEach((part, number) => {
    if (number % 2) out.append(codeBlock(part));
    else if (part.trim()) for (const row of part.replace(/^\n|\n$/g, "").split("\n")) out.append(line(row, on));
  });
  return out;
}
