"""数据导出: the answers of a campaign as data sets, by the reader's right. Touches evidence, figures, text and surveys; nobody below knows it."""
