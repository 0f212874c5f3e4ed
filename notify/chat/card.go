package chat

import "strings"

// maxBlocks bounds the blocks of a card, each of which costs some hundred bytes of
// the 28 KB that Teams takes.
const maxBlocks = 60

type block struct {
	Type    string `json:"type"`
	Text    string `json:"text"`
	Wrap    bool   `json:"wrap"`
	Weight  string `json:"weight,omitempty"`
	Spacing string `json:"spacing,omitempty"`
}

// card is a message for Teams: an adaptive card, the only form that its workflows
// take, which have come in place of its connectors. Each line is a block of its
// own, since a card reads a line break as a space.
func card(text string, rtl bool) any {
	blocks := []block{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			continue
		case strings.HasPrefix(line, "https://") && !strings.ContainsAny(line, " []()"):
			line = "[" + line + "](" + line + ")" // a card makes no link of a bare address
		default:
			line = markdown.Replace(line)
		}
		if n := len(blocks); n == maxBlocks {
			blocks[n-1].Text += " " + line
			continue
		}
		blocks = append(blocks, block{Type: "TextBlock", Text: line, Wrap: true, Spacing: "Small"})
	}
	if len(blocks) > 0 {
		blocks[0].Weight = "Bolder"
	}
	content := map[string]any{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.5", "rtl": rtl, "body": blocks,
		"msteams": map[string]any{"width": "Full"},
	}
	return map[string]any{"type": "message", "attachments": []any{
		map[string]any{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}}}
}

// markdown keeps a text from being read as the markup of cards: no link that says
// another address than it leads to, nobody called, no function filled in.
var markdown = strings.NewReplacer("](", "]\u200b(", "<at>", "<\u200bat>", "{{", "{\u200b{")
