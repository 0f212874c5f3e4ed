package render

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/chromedp/chromedp"
)

// heapLimit bounds the memory of a page's scripts, in MiB. A page past it is
// ended by the browser.
const heapLimit = 256

// switches keep a browser from doing anything of its own
// accord. They are written out, and not taken from the library's defaults, which
// allow pop-up windows and floods of messages.
var switches = []string{
	"no-first-run", "no-default-browser-check", "disable-default-apps", "disable-extensions",
	"disable-component-extensions-with-background-pages", "disable-background-networking", "disable-component-update", "disable-sync",
	"disable-client-side-phishing-detection", "disable-domain-reliability", "safebrowsing-disable-auto-update", "metrics-recording-only",
	"disable-field-trial-config", "no-pings", "disable-breakpad", "disable-crash-reporter", "disable-notifications", "deny-permission-prompts",
	"disable-prompt-on-repost", "disable-search-engine-choice-screen", "disable-auto-reload", "mute-audio", "hide-scrollbars", "disable-gpu",
	// A page in the background would be slowed down.
	"disable-background-timer-throttling", "disable-backgrounding-occluded-windows", "disable-renderer-backgrounding",
	// Shared memory in files: /dev/shm is tiny in many containers.
	"disable-dev-shm-usage",
	// There is no second site to isolate a page from: nobody is logged in
	// anywhere. One process a page saves memory, and lets us see the requests
	// of all its frames.
	"disable-site-isolation-trials",
	// Only what goes through the proxy goes out.
	"disable-quic",
}

// without are features that would change what is asked for, or ask by
// themselves.
var without = []string{
	"Translate", "OptimizationHints", "OptimizationGuideModelDownloading", "MediaRouter", "DialMediaRouteProvider",
	"AutofillServerCommunication", "CertificateTransparencyComponentUpdater", "InterestFeedContentSuggestions",
	"HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "DnsOverHttps", "AsyncDns",
	"Prerender2", "BackForwardCache", "PaintHolding", "SpareRendererForSitePerProcess", "IsolateOrigins", "SitePerProcess",
	"LocalNetworkAccessChecks",
}

// flags are the command line of a local browser.
func (in *instance) flags() []chromedp.ExecAllocatorOption {
	var out []chromedp.ExecAllocatorOption
	add := func(name string, value any) { out = append(out, chromedp.Flag(name, value)) }
	for _, name := range switches {
		add(name, true)
	}
	add("headless", true)
	add("disable-features", strings.Join(without, ","))
	add("user-data-dir", filepath.Join(in.dir, "profile"))
	add("password-store", "basic")
	add("use-mock-keychain", true)
	add("window-size", "1280,2000")
	add("renderer-process-limit", "1")
	add("js-flags", "--max-old-space-size="+strconv.Itoa(heapLimit))
	// What the browser wants for itself, updates and accounts of all kinds, has
	// no way out: its proxy does not exist. Pages are given ours, each with its
	// context, and names are looked up there and nowhere else.
	add("proxy-server", "http://nowhere.invalid:1")
	add("proxy-bypass-list", "<-loopback>")
	add("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")
	// The name of this switch differs between versions, and the wrong one is
	// taken without a word.
	add("webrtc-ip-handling-policy", "disable_non_proxied_udp")
	add("force-webrtc-ip-handling-policy", "disable_non_proxied_udp")
	// The sandbox does not work for root, and is not given up for less.
	add("no-sandbox", os.Geteuid() == 0)
	return out
}
