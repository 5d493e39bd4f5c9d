MessageParagraph {
    width: parent?.width ?? 0
}
