channel-online = Online
channel-offline = Offline
channel-all = All channels
