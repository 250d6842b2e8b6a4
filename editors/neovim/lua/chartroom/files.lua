-- Which files belong to a chart, and where it lies. Only names are looked at.
local M = {}

local function parent(path)
  local folder = vim.fn.fnamemodify(path, ':h')
  return folder ~= path and folder or nil
end

local function exists(path)
  return (vim.uv or vim.loop).fs_stat(path) ~= nil
end

--- All folders around a path, from the inside.
local function around(path)
  local folder = path
  return function()
    folder = folder and parent(folder)
    return folder
  end
end

--- The folder of the chart that a file lies in.
function M.chart_of(path)
  for folder in around(path) do
    if exists(folder .. '/Chart.yaml') then
      return folder
    end
  end
end

--- What is opened as one workspace: the repository, or else the outermost chart, or the folder of a helmfile.
function M.root_of(path)
  local outermost
  for folder in around(path) do
    if exists(folder .. '/.git') then
      return folder
    end
    if exists(folder .. '/Chart.yaml') then
      outermost = folder
    end
  end
  return outermost or parent(path)
end

--- Whether the server has something to say about a buffer.
function M.is_ours(bufnr)
  local path = vim.api.nvim_buf_get_name(bufnr)
  if vim.bo[bufnr].buftype ~= '' or path == '' or path:find('^%a[%w+.-]*:/') then
    return false
  end
  local filetype = vim.bo[bufnr].filetype
  if filetype == 'helmfile' then
    return true
  end
  -- State values of helmfiles, where people keep them.
  if path:find('/environments/.*%.ya?ml$') or path:find('/envs/.*%.ya?ml$') then
    return true
  end
  if M.chart_of(path) == nil then
    return false
  end
  local name = vim.fn.fnamemodify(path, ':t')
  local is_chart = name:match('^Chart%.') or name:match('^requirements%.')
  return filetype == 'helm' or is_chart ~= nil or name:match('values.*%.ya?ml$') ~= nil or name:match('values.*%.json$') ~= nil
end

return M
