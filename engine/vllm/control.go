package vllm

import "regexp"

// controlTokens are what the tokenizer of this model, and of those like it, takes out of
// any text as control tokens: <|user|>, </think>, [gMASK], /nothink.
var controlTokens = regexp.MustCompile(`<[^<>\s]{1,64}>|\[[gs]?MASK\]|/nothink`)

// asText is a prompt in which clients' words, such as the names of fields, are nothing
// but text: a space keeps each control token from being one.
func asText(prompt string) string {
	return controlTokens.ReplaceAllStringFunc(prompt, func(token string) string { return token[:1] + " " + token[1:] })
}
