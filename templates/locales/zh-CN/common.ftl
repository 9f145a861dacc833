channel-online = 线上
channel-offline = 线下
channel-all = 全部
