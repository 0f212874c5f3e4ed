// Package fetch gets one page of a government website, politely and
// distrustfully, and says in one word why it could not.
//
// The work is a pile of decorators over one small interface, Fetcher:
//
//	robots → retry → pace → engine
//
// robots asks the host's robots.txt (RFC 9309), retry asks again where that may
// help, pace spaces the requests to one host, and the engine, a thin layer over
// colly, makes one exchange with its redirects. Below the engine lies one
// transport for everything that leaves the program, robots.txt included: the
// address guard in its dialer, a cookie jar per visit, and the limiter that
// undoes content encodings and counts the decoded bytes.
//
// The package knows nothing of sites, statements, markup or character sets: it
// returns bytes as the server sent them. It has no memory of past visits but
// for robots.txt rules and the time of the last request to a host.
package fetch
