"""What both clients share (look, words, shortcuts, icons, fonts), and what makes each one's files of it."""
