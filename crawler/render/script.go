package render

// The scripts below run in the page's process. Those that read the page run in a
// world of their own: they see its document and none of its variables, so that a
// page which replaced innerHTML or Array cannot change what they see.

// preludeScript runs in every document before the page's own scripts. What it takes
// away are ways around the proxy and the request filter, and what would wait for
// a person: pages ask whether they exist. Closed shadow roots are opened, because
// the text in them is shown like any other.
const preludeScript = `(() => {
  delete Navigator.prototype.serviceWorker;
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete window[name];
  window.print = () => {};
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) { return attach.call(this, {...init, mode: 'open'}); };
})()`

// lettersScript measures the text that the document holds, shadow roots included, in
// UTF-16 units without white space at the ends of its pieces.
const lettersScript = `(() => {
  const silent = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE']);
  let n = 0;
  const count = root => {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, node =>
      silent.has(node.nodeName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    for (let node = walk.currentNode; node; node = walk.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) n += node.data.trim().length;
      else if (node.shadowRoot) count(node.shadowRoot);
    }
  };
  if (document.body) count(document.body);
  return n;
})()`

// documentScript writes the document out as a person sees it: shadow trees stand
// in the place of their hosts' children, and noscript, which nobody sees where
// scripts run, is left out. A document longer than the limit is told by its length
// alone. %d is the limit in UTF-16 units, which take no more than the bytes of
// UTF-8.
const documentScript = `(() => {
  const inert = document.implementation.createHTMLDocument('');
  const copy = node => {
    const to = inert.importNode(node, node.nodeName === 'TEMPLATE');
    if (node.nodeName === 'TEMPLATE') return to;
    let children = node.shadowRoot ? node.shadowRoot.childNodes : node.childNodes;
    if (node.nodeName === 'SLOT' && node.assignedNodes().length) children = node.assignedNodes();
    for (const child of children) if (child.nodeName !== 'NOSCRIPT') to.appendChild(copy(child));
    return to;
  };
  for (const unseen of document.querySelectorAll('noscript')) unseen.remove();
  const root = document.documentElement;
  let html = '';
  if (root) {
    const shadows = [...document.querySelectorAll('*')].some(e => e.shadowRoot);
    try {
      html = (shadows ? copy(root) : root).outerHTML;
    } catch (tooDeep) {
      html = root.outerHTML;
    }
    if (document.compatMode === 'CSS1Compat') html = '<!DOCTYPE html>' + html;
  }
  return {url: location.href, length: html.length, html: html.length > %d ? '' : html};
})()`
