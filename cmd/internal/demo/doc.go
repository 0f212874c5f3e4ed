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
// The package is a web server and nothing else. It must not know the crawler,
// the store or what anybody concludes from its pages; what a careful reader
// should conclude is written down beside each site as an Expectation.
package demo
