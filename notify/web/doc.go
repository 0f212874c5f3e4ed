// Package web is the dashboard: what was seen, what changed and what waits for a
// person, as plain pages that need no script, in three languages and both
// directions.
//
// It reads through a small interface of its own and tells an event in the words
// of notify/report, so that a page and a mail about the same change cannot differ.
// It must not know the store's engine, the crawler or the configuration. All that
// comes from an archived page is hostile: it is shown as escaped text, and the
// bytes themselves are only ever handed out as a download.
package web
