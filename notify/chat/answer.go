package chat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"policywatch/notify/post"
)

// room reads the answer of an incoming webhook. Slack says no with a status; some
// of those that follow it say {"ok":false} or {"success":false} under 200.
func room(code int, body []byte) (post.Verdict, bool) {
	if code/100 != 2 {
		return post.Verdict{}, false
	}
	var a struct {
		OK      *bool  `json:"ok"`
		Success *bool  `json:"success"`
		Error   string `json:"error"`
	}
	if json.Unmarshal(body, &a) != nil || a.OK == nil && a.Success == nil {
		return post.Verdict{}, false
	}
	if a.OK != nil && *a.OK || a.Success != nil && *a.Success {
		return post.Verdict{}, true
	}
	return post.Verdict{Problem: "no: " + a.Error, Retry: strings.Contains(a.Error, "rate") || strings.Contains(a.Error, "internal")}, true
}

// workflow reads the answer of Teams, whose older webhooks report under 200 that
// the message was not taken: "... returned HTTP error 413 with ...".
func workflow(code int, body []byte) (post.Verdict, bool) {
	_, after, failed := strings.Cut(string(body), "returned HTTP error ")
	if code/100 != 2 || !failed {
		return post.Verdict{}, false
	}
	var inner int
	fmt.Sscanf(after, "%d", &inner)
	v := post.Verdict{Problem: string(body), Retry: inner/100 == 5 || inner == http.StatusTooManyRequests}
	if inner == http.StatusTooManyRequests {
		v.After = time.Minute
	}
	return v, true
}

// bot reads the answer of a bot, which says itself whether it took the message
// and how long to wait: Telegram Bot API, "Making requests".
func bot(code int, body []byte) (post.Verdict, bool) {
	var a struct {
		OK          *bool  `json:"ok"`
		Code        int    `json:"error_code"`
		Description string `json:"description"`
		Parameters  struct {
			RetryAfter int   `json:"retry_after"`
			MigratedTo int64 `json:"migrate_to_chat_id"`
		} `json:"parameters"`
	}
	if json.Unmarshal(body, &a) != nil || a.OK == nil {
		if code/100 == 2 { // a proxy's page, not the bot's word
			return post.Verdict{Problem: fmt.Sprintf("%d without a verdict on the message", code), Retry: true}, true
		}
		return post.Verdict{}, false
	}
	if *a.OK {
		return post.Verdict{}, true
	}
	if a.Code == 0 {
		a.Code = code
	}
	v := post.Verdict{Problem: fmt.Sprintf("%d %s", a.Code, a.Description), After: post.Seconds(a.Parameters.RetryAfter)}
	v.Retry = a.Code/100 == 5 || a.Code == http.StatusTooManyRequests || v.After > 0
	if v.Retry && v.After == 0 && a.Code == http.StatusTooManyRequests {
		v.After = time.Minute
	}
	if a.Parameters.MigratedTo != 0 {
		v.Problem += fmt.Sprintf("; write chat_id: \"%d\"", a.Parameters.MigratedTo)
	}
	return v, true
}

// matrix reads the answer of a Matrix server, whose errors have a code of their
// own: Client-Server API, "Standard error response".
func matrix(code int, body []byte) (post.Verdict, bool) {
	var a struct {
		EventID string `json:"event_id"`
		Code    string `json:"errcode"`
		Error   string `json:"error"`
		After   int    `json:"retry_after_ms"`
	}
	if json.Unmarshal(body, &a) != nil || a.EventID == "" && a.Code == "" {
		if code/100 == 2 { // a proxy's page, or no Matrix server at all
			return post.Verdict{Problem: fmt.Sprintf("%d without a verdict on the message; is this the address of a Matrix server?", code), Retry: true}, true
		}
		return post.Verdict{}, false
	}
	if a.Code == "" {
		return post.Verdict{}, true
	}
	v := post.Verdict{Problem: fmt.Sprintf("%d %s %s", code, a.Code, a.Error), Retry: code/100 == 5}
	if a.Code == "M_LIMIT_EXCEEDED" || code == http.StatusTooManyRequests {
		v.Retry, v.After = true, time.Minute
		if a.After > 0 {
			v.After = post.Seconds((a.After + 999) / 1000)
		}
	}
	if a.Code == "M_UNKNOWN_TOKEN" || a.Code == "M_MISSING_TOKEN" {
		// It can be mended while the message waits, as a wrong password for mail.
		v.Problem, v.Retry = v.Problem+"; give the channel a new access token as secret", true
	}
	return v, true
}
