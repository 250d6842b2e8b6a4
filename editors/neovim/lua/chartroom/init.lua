-- What other configuration may call.
local M = {}

--- Optional: the same as `vim.g.chartroom`, which wins where both say something.
function M.setup(options)
  require('chartroom.config').setup(options)
end

--- A short text for status lines: the target of the buffer's chart, and whether its preview is out of date.
function M.status(bufnr)
  return require('chartroom.preview').status(bufnr or vim.api.nvim_get_current_buf())
end

--- Opens or refreshes the preview of the current buffer. `scope` is 'template' or 'chart'.
function M.preview(scope)
  require('chartroom.preview').open(scope)
end

return M
