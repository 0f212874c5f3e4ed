// Package render brings pages that are built by script: it opens them in a
// headless Chromium, lets the scripts run until the page has settled, and
// returns the document as it stands then. It has the shape of a fetcher, so
// that a caller can put it behind the plain one.
//
// A page is hostile, and a browser is the largest thing that one could hand to
// it. So the browser runs in a folder and a process group of its own, sees none
// of our environment, and reaches the network only through a proxy in this
// process, which connects with the caller's dialer: what the caller's address
// guard refuses, no redirect, script, name or odd spelling gets to either. Every
// page gets a browser context without cookies or cache, a limit of time, bytes
// and script memory, and no answer to its dialogs. A browser that hangs, dies
// or has served its number of pages is replaced; one page at a time is open in
// it, so that none pays for another.
//
// The package knows nothing of sites, statements or robots.txt, and does not
// judge what it brings: whether a page needs rendering, may be asked for and
// came out well is its caller's business.
package render
