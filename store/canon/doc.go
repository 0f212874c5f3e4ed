// Package canon brings text into a canonical form in which two spellings of
// the same words are equal: Arabic and Persian letters mixed on one page, the
// joiners and spaces of Persian, digits of three scripts, harakat, tatweel,
// presentation forms out of a PDF, invisible characters, typographic quotes.
//
// The form serves identity and matching only. It is never stored and never
// shown: a person reads the text as the site wrote it, and Tokens leads from
// every canonical word back to the bytes it stands for.
//
// There are three grades, each coarser than the one before:
//
//   - Text folds characters and spaces and joins the Persian affixes that
//     people write apart (می شود, کتاب ها); punctuation stays, unified.
//   - Tokens gives the same words one by one, without punctuation.
//   - Key, and Identity over many texts, drop punctuation and also the spaces
//     between Arabic-script words: in Persian the same word is written joined,
//     with a joiner or with a space (جمعآوری, جمع‌آوری, جمع آوری), and no list of
//     words could tell all of them.
//
// The package is pure: the same bytes give the same answer everywhere, nothing
// depends on a language setting. It must not know documents or lexicons. All
// functions are safe for concurrent use and accept any bytes; invalid UTF-8
// reads as U+FFFD.
package canon
