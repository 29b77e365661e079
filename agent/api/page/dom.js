// Building elements. Text is always text: nothing that came from a card or a member is ever parsed as markup.

export function h(tag, props, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  put(made, children);
  return made;
}

export function put(parent, children) {
  for (const child of children.flat(9)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

// Replace what a region shows, only when it changed: nothing flickers, a field being typed in keeps its text and caret.
export function show(region, ...children) {
  const fresh = document.createElement(region.tagName);
  put(fresh, children);
  if (fresh.innerHTML !== region.innerHTML) region.replaceChildren(...fresh.childNodes);
}

export function byId(id) { return document.getElementById(id); }
