// Package demo runs fictional government websites on loopback addresses, with
// a time axis: the demo command and the end-to-end tests watch them, move the
// time on and see what the program tells.
//
// Each agency is one file under sites: its facts, its statement, its menus and
// news, the HTML around them, and what happens to it at each epoch. Statements
// and agencies are our own inventions; only the forms are taken from life: the
// content systems, the character sets, and the noise that changes with every
// request although nothing was edited.
//
// A site's file is a txtar archive of these stanzas:
//
//	site            who it is: slug, name, lang, profile, form; charset, type
//	                (the Content-Type), header (any number), etag, gzip
//	statement       the text, in the notation of parseStatement, each heading
//	                with a note of what the section is about
//	layout.html     an html/template over view, for every page of the site
//	menu            [areas] of text | address | summary of the page behind it
//	pages, news     address | date | title, then a block a line; "404" and
//	                "error" are the pages of those names, a body "panic" marks
//	                what robots.txt closes
//	banners         announcements that take turns
//	epoch/0, /1 ... what happens: story, what to expect, address, redirects,
//	                and edits of the statement, passage by passage
//	/robots.txt     and any other plain file, a text/template
//
// A new agency is a new file; nothing else has to know of it.
//
// The package is a web server and nothing else. It must not know the crawler,
// the store or what anybody concludes from its pages; what a careful reader
// should conclude is written down beside each site as an Expectation.
package demo
