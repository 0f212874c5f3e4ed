package wire

import (
	"errors"
	"log/slog"
	"strings"
	"time"

	"policywatch/configs"
	"policywatch/crawler/fetch"
	"policywatch/crawler/render"
)

// browserTabs is how many pages are rendered at a time. Each takes some 400 MB.
const browserTabs = 2

// newBrowser builds the browser that crawl.browser asks for, nil where there is
// to be none: it is off, or none was found where any would do.
func newBrowser(c configs.Crawl, client *fetch.Client, log *slog.Logger) (*render.Browser, error) {
	o := render.Options{UserAgent: client.UserAgent(), Timeout: time.Duration(c.Timeout), MaxBody: int64(c.MaxBody), Tabs: browserTabs,
		Dial: client.DialContext, Step: fetch.Note, Log: log}
	switch {
	case c.Browser == "off":
		return nil, nil
	case c.Browser == "auto":
	case strings.Contains(c.Browser, "://"):
		o.Remote = c.Browser
		if o.Unguarded = !render.Local(c.Browser); o.Unguarded {
			log.Warn("the address guard does not reach into a browser on another machine; see to it that its network keeps it from private addresses",
				"browser", c.Browser)
		}
	default:
		o.Path = c.Browser
	}
	b, err := render.New(o)
	switch {
	case errors.Is(err, render.ErrNoBrowser):
		log.Debug("no browser: pages that are built by script cannot be read", "error", err)
		return nil, nil
	case err != nil:
		return nil, usage("crawl.browser: %w", err)
	}
	return b, nil
}
