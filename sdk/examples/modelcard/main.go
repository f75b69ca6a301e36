// Command model-card is a plugin of hfdownloader that people want before they use
// a model at work: may it be used commercially, under which conditions, and does
// its card say what a card should say?
package main

import "github.com/hfdownloader/hfdownloader/sdk"

func main() { sdk.Serve(analyzer{}) }
