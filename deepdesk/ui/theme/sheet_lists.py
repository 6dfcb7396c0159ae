"""The part of the style sheet for lists, menus and scroll bars."""

from __future__ import annotations

LISTS = """
QAbstractItemView {
  background: @surface; color: @text; border: none; outline: none;
  selection-background-color: @accent_soft; selection-color: @text;
}
QTableView { gridline-color: @line; }
QTableView::item { padding: 0 8px; border: none; }
QTableView::indicator {
  width: 16px; height: 16px; border: 1px solid @faint; border-radius: 4px; background: @surface;
}
QTableView::indicator:checked {
  background: @accent; border-color: @accent; image: url("&marks/&check");
}
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected {
  background: @accent_soft; color: @text;
}
QTreeView::item, QListView::item { padding: 4px 8px; border: none; }
QListView::item { min-height: %row; }
QListView::item:hover, QTreeView::item:hover { background: @hover; }
QHeaderView { background: @surface; border: none; }
QHeaderView::section {
  background: @surface; color: @muted; border: none; border-bottom: 1px solid @line;
  padding: 6px 8px; font-size: $small; font-weight: 500;
}
QHeaderView::section:hover { color: @text; }
QTableCornerButton::section { background: @surface; border: none; }
QComboBox QAbstractItemView {
  background: @surface; border: 1px solid @line; padding: 4px; outline: none;
}
QComboBox QAbstractItemView::item { min-height: %small; padding: 0 6px; border-radius: 5px; }
QMenu { background: @surface; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 10px; border-radius: 5px; background: transparent; }
QMenu::item:selected { background: @accent_soft; color: @text; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 6px; }
QMenu::icon { padding-left: 8px; }
QMenuBar { background: @surface; color: @text; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 5px; }
QMenuBar::item:selected { background: @accent_soft; }
QTabWidget::pane { border: none; border-top: 1px solid @line; }
QTabBar::tab {
  background: transparent; color: @muted; padding: 6px 12px; border: none;
  border-bottom: 2px solid transparent;
}
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabBar::tab:hover { color: @text; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
